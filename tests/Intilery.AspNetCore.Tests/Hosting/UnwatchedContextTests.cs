using Intilery.AspNetCore.Tests.Support;
using Intilery.AspNetCore.Tests.Support.Teams;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Hosting;

/// <summary>Contexts that are registered so that nothing of ours sees what they save: the start says so.</summary>
public sealed class UnwatchedContextTests
{
    private const int Unwatched = 14;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Registrations => new()
    {
        { "AddDbContext", "no constructor of it takes DbContextOptions, so that it makes options of its own" },
        { "AddScoped", "it is registered without options" },
        { "AddSingleton", "its options are made by the application" },
        { "factory", "its options are made by the application" },
    };

    [Theory]
    [MemberData(nameof(Registrations))]
    public async Task A_context_that_is_not_watched_is_named_at_the_start_with_the_cause(string registration, string cause)
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup { Services = services => Register(services, registration) });

        var report = await app.Services.GetRequiredService<IIntileryCoverage>().GetReportAsync(Cancelled);
        await app.StopAsync();

        Assert.Contains(report.Hints, hint => hint.Contains($"is not watched: {cause}. What is saved with it is not captured.", StringComparison.Ordinal));
        var warning = Assert.Single(app.Log.Ours, line => line.Id == Unwatched);
        Assert.Equal(LogLevel.Warning, warning.Level);
        Assert.Contains(cause, warning.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(app.Log.Ours, line => line.Id == 4);
        Assert.Contains("Contexts: AppDb.", Assert.Single(app.Log.Ours, line => line.Id == 1).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Users_that_nobody_watches_are_the_reason_for_which_sign_ups_are_not_captured()
    {
        using var host = WorkerHost.Create("Development", new Dictionary<string, string?>(), services: services => services.AddDbContext<SelfMadeDb>());
        await host.RunAsync();

        var report = await host.Services.GetRequiredService<IIntileryCoverage>().GetReportAsync(Cancelled);

        Assert.Equal(
            (CoverageStatus.Missing, "SelfMadeDb holds the users and is not watched: no constructor of it takes DbContextOptions, so that it makes options of its own.", "builder.Services.AddDbContext<SelfMadeDb>(…);"),
            (report.Events[0].Status, report.Events[0].Reason, report.Events[0].Fix));
        Assert.Single(host.Log.Ours, line => line.Id == Unwatched);
        Assert.DoesNotContain(host.Log.Ours, line => line.Id is 4 or 13);
    }

    [Fact]
    public async Task An_outbox_in_a_context_that_cannot_be_made_without_a_request_stops_the_start_with_what_to_do()
    {
        var account = new Dictionary<string, string?> { ["ClientId"] = TrackingApi.ClientId, ["AuthToken"] = TrackingApi.Token, ["Delivery:Enabled"] = "false" };
        using var host = WorkerHost.Create("Production", account, services: services =>
        {
            services.AddDbContext<TeamsDb>(_ => throw new FormatException("Which tenant?"));
            services.AddIntilery().UseEntityFrameworkOutbox<TeamsDb>();
        });

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(host.RunAsync);

        Assert.Equal(
            "UseEntityFrameworkOutbox<TeamsDb>() names a context that cannot be made at the start, outside of requests (Which tenant?). "
            + "The outbox is read and written in the background: name a context that needs neither a request nor a tenant.",
            exception.Message);
        Assert.IsType<FormatException>(exception.InnerException);
    }

    [Fact]
    public async Task A_context_that_cannot_be_made_without_a_request_does_not_stop_the_start()
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup
        {
            Services = services =>
            {
                services.AddHttpContextAccessor();
                services.AddDbContext<TeamsDb>((provider, options) => options.UseSqlite(
                    $"Data Source={provider.GetRequiredService<IHttpContextAccessor>().HttpContext!.Request.Headers["tenant"]}.db"));
                services.AddIntilery().MapAccounts<Team>(team => team.Id);
            },
        });

        Assert.Contains(app.Log.Ours, line => line.Id == 101);
    }

    private static void Register(IServiceCollection services, string registration) => _ = registration switch
    {
        "AddDbContext" => services.AddDbContext<SelfMadeDb>(),
        "AddScoped" => services.AddScoped<SelfMadeDb>(),
        "AddSingleton" => services.AddSingleton(new DbContextOptionsBuilder<OptionsDb>().UseSqlite("Data Source=:memory:").Options).AddScoped<OptionsDb>(),
        _ => services.AddScoped(_ => new DbContextOptionsBuilder<OptionsDb>().UseSqlite("Data Source=:memory:").Options).AddScoped<OptionsDb>(),
    };

    private sealed class SelfMadeDb : IdentityDbContext<IdentityUser>
    {
        protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) => optionsBuilder.UseSqlite("Data Source=:memory:");
    }

    private sealed class OptionsDb(DbContextOptions<OptionsDb> options) : IdentityDbContext<IdentityUser>(options);
}
