using System.Text;
using Intilery.AspNetCore.Backfill;
using Intilery.AspNetCore.Outbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>One process of an application that had customers before the package. It delivers nothing: what it sends waits in the outbox.</summary>
internal sealed class CustomersApp : IAsyncDisposable
{
    private readonly WorkerHost _host;

    private CustomersApp(WorkerHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    public LogLines Log => _host.Log;

    public IIntileryBackfill Backfill => Services.GetRequiredService<IIntileryBackfill>();

    public IOutboxStore Store => Services.GetRequiredService<IOutboxStore>();

    public string Destination => _host.Options.Destination;

    /// <summary>Makes the application's tables, with rows that nobody saw being saved.</summary>
    public static async Task CreateAsync(TestDatabase database, Action<CustomersDb> rows)
    {
        var options = new DbContextOptionsBuilder<CustomersDb>();
        database.Configure(options);
        await using var db = new CustomersDb(options.Options);
        await database.CreateTablesAsync(db);
        rows(db);
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Starts a process of it.</summary>
    /// <param name="database">The application's database.</param>
    /// <param name="folder">The folder of an embedded outbox; <see langword="null"/> for the outbox in the database.</param>
    /// <param name="settings">Keys below the section.</param>
    /// <param name="services">Adds services.</param>
    /// <param name="pages">How much is read and written at a time.</param>
    public static async Task<CustomersApp> StartAsync(
        TestDatabase database, string? folder = null, Dictionary<string, string?>? settings = null, Action<IServiceCollection>? services = null, BackfillSettings? pages = null)
    {
        var app = new CustomersApp(Create(database, folder, settings, services, pages));
        await app._host.Application.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    /// <summary>Runs a command of it, as a process of its own.</summary>
    public static async Task<(int? ExitCode, string Output)> RunAsync(TestDatabase database, string? folder, Dictionary<string, string?>? settings, params string[] arguments)
    {
        using var host = Create(database, folder, settings, null, null);
        var output = new StringWriter();
        var exitCode = await host.Application.RunIntileryCommandAsync(["intilery", .. arguments], output, TestContext.Current.CancellationToken)
            .WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        return (exitCode, output.ToString());
    }

    /// <summary>Runs a backfill to its end.</summary>
    public Task<IntileryBackfillResult> BackfillAsync(IntileryBackfillRequest? request = null) =>
        Backfill.RunAsync(request, cancellationToken: TestContext.Current.CancellationToken).WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);

    /// <summary>Returns the calls that wait, in the order of their delivery.</summary>
    public async Task<IReadOnlyList<ReceivedCall>> CallsAsync() =>
        [.. (await Store.ReadAsync(Destination, DateTimeOffset.MaxValue, int.MaxValue, TestContext.Current.CancellationToken))
            .Select(row => new ReceivedCall(row.Destination, Encoding.UTF8.GetString(row.Payload.Span)))];

    /// <summary>Changes rows as the application does, with its own context.</summary>
    public async Task SaveAsync(Func<CustomersDb, Task> change)
    {
        await using var scope = Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CustomersDb>();
        await change(db);
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.Application.StopAsync(CancellationToken.None);
        _host.Dispose();
    }

    private static WorkerHost Create(
        TestDatabase database, string? folder, Dictionary<string, string?>? settings, Action<IServiceCollection>? services, BackfillSettings? pages) => WorkerHost.Create(
        "Production",
        new Dictionary<string, string?>(settings ?? [])
        {
            ["ClientId"] = settings?.GetValueOrDefault("CaptureOnly") is null ? "acme" : null,
            ["AuthToken"] = settings?.GetValueOrDefault("AuthToken") ?? "secret",
            ["BaseAddress"] = settings?.GetValueOrDefault("BaseAddress") ?? "http://127.0.0.1:9",
            ["Delivery:Enabled"] = settings?.GetValueOrDefault("Delivery:Enabled") ?? "false",
            ["Outbox:Path"] = folder,
            ["Outbox:SingleInstance"] = folder is null ? null : "true",
        },
        services: collection =>
        {
            var intilery = collection.AddIntilery()
                .MapUsers<Customer>(isDeleted: user => user.IsClosed)
                .MapAccounts<CustomerTeam>(team => team.Id, team => team.Name)
                .MapMemberships<CustomerMembership>(member => member.UserId, member => member.TeamId, member => member.Role)
                .MapTrials<CustomerTrial>(trial => trial.Id, trial => trial.TeamId, trial => trial.EndsAt);
            if (folder is null)
            {
                intilery.UseEntityFrameworkOutbox<CustomersDb>();
            }

            collection.AddDbContext<CustomersDb>(database.Configure);
            if (pages is not null)
            {
                collection.AddSingleton(pages);
            }

            services?.Invoke(collection);
        });
}
