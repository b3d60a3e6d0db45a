using System.Diagnostics;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>
/// What the package adds to an import: one save of many users with a membership each, within a scope, against the same save without the package;
/// with the outbox in files, and in the application's database, where the save writes an intent of each change in its own transaction. The save alone
/// is timed. SQLite, and the PostgreSQL that INTILERY_TEST_POSTGRES names.
/// </summary>
internal static class Import
{
    private const int Rounds = 3;

    public static async Task RunAsync(int[] counts)
    {
        Console.WriteLine("One save of n users and n memberships, the least of three rounds:");
        foreach (var count in counts is [] ? [1_000, 5_000, 20_000] : counts)
        {
            await MeasureAsync("SQLite", count, SqliteAsync);
            if (Environment.GetEnvironmentVariable("INTILERY_TEST_POSTGRES") is { Length: > 0 } server)
            {
                await MeasureAsync("PostgreSQL", count, () => PostgresAsync(server));
            }
        }
    }

    private static async Task MeasureAsync(string database, int count, Func<Task<Action<DbContextOptionsBuilder>>> create)
    {
        var (without, with, within) = (TimeSpan.MaxValue, TimeSpan.MaxValue, TimeSpan.MaxValue);
        for (var round = 0; round < Rounds; round++)
        {
            without = Min(without, await SaveAsync<ImportDb>(count, await create(), _ => { }));
            with = Min(with, await SaveAsync<ImportDb>(count, await create(), services => Track(services)));
            within = Min(within, await SaveAsync<OutboxImportDb>(count, await create(), services => Track(services).UseEntityFrameworkOutbox<OutboxImportDb>()));
        }

        Console.WriteLine(
            $"{database,-10} {count,6:N0} users   {without.TotalMilliseconds,8:N0} ms without   {with.TotalMilliseconds,8:N0} ms with   {with / without:F2} times"
            + $"   {within.TotalMilliseconds,8:N0} ms with the outbox in the database   {within / without:F2} times");
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static IntileryBuilder Track(IServiceCollection services) =>
        services.AddIntilery().MapMemberships<ImportMember>(member => member.UserId, member => member.TeamId);

    private static async Task<TimeSpan> SaveAsync<TContext>(int count, Action<DbContextOptionsBuilder> database, Action<IServiceCollection> track)
        where TContext : ImportDb
    {
        var folder = Directory.CreateTempSubdirectory("intilery-import-").FullName;
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Intilery:ClientId"] = "acme",
            ["Intilery:AuthToken"] = "import",
            ["Intilery:Delivery:Enabled"] = "false",
            ["Intilery:Outbox:Path"] = folder,
        });
        builder.Services.AddDbContext<TContext>(database);
        track(builder.Services);
        using var host = builder.Build();
        await using (var scope = host.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<TContext>();
            await db.Database.EnsureDeletedAsync();
            await db.Database.EnsureCreatedAsync();
        }

        await host.StartAsync();
        TimeSpan elapsed;
        await using (var scope = host.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<TContext>();
            var work = scope.ServiceProvider.GetService<ILifecycleTracker>()?.BeginScope();
            for (var i = 0; i < count; i++)
            {
                var user = new IdentityUser { Id = $"user-{i}", UserName = $"user-{i}", NormalizedUserName = $"USER-{i}", Email = $"user-{i}@example.com" };
                db.Add(user);
                db.Add(new ImportMember { UserId = user.Id, TeamId = $"team-{i % 100}" });
            }

            var began = Stopwatch.GetTimestamp();
            await db.SaveChangesAsync();
            elapsed = Stopwatch.GetElapsedTime(began);
            await (work?.DisposeAsync() ?? ValueTask.CompletedTask);
        }

        await host.StopAsync();
        await using (var scope = host.Services.CreateAsyncScope())
        {
            await scope.ServiceProvider.GetRequiredService<TContext>().Database.EnsureDeletedAsync();
        }

        Directory.Delete(folder, recursive: true);
        return elapsed;
    }

    private static Task<Action<DbContextOptionsBuilder>> SqliteAsync()
    {
        var file = Path.Combine(Path.GetTempPath(), $"intilery-import-{Guid.NewGuid():N}.db");
        return Task.FromResult<Action<DbContextOptionsBuilder>>(options => options.UseSqlite($"Data Source={file};Pooling=False"));
    }

    private static Task<Action<DbContextOptionsBuilder>> PostgresAsync(string server)
    {
        var database = new NpgsqlConnectionStringBuilder(server) { Database = $"import_{Guid.NewGuid():N}", Pooling = false }.ConnectionString;
        return Task.FromResult<Action<DbContextOptionsBuilder>>(options => options.UseNpgsql(database));
    }
}

/// <summary>A membership of an import.</summary>
internal sealed class ImportMember
{
    public int Id { get; set; }

    public string UserId { get; set; } = string.Empty;

    public string TeamId { get; set; } = string.Empty;
}

/// <summary>A database of users and their memberships.</summary>
internal class ImportDb(DbContextOptions options) : IdentityDbContext<IdentityUser>(options)
{
    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.Entity<ImportMember>();
    }
}

/// <summary>The same with the outbox's tables.</summary>
internal sealed class OutboxImportDb(DbContextOptions<OutboxImportDb> options) : ImportDb(options)
{
    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.AddIntileryOutbox();
    }
}
