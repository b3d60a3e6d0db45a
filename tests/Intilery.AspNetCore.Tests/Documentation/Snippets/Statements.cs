using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Intilery.AspNetCore.Tests.Documentation.Snippets;

/// <summary>Statements that an application has in its Program.cs, and some that it has elsewhere.</summary>
internal static class Statements
{
    public static WebApplication Build(WebApplicationBuilder builder)
    {
        var app = builder.Build();
        app.UseIntileryLifecycleTracking(); // anywhere before app.Run()

        return app;
    }

    public static void UseTheLine(WebApplication app)
    {
        app.UseIntileryLifecycleTracking(); // anywhere before app.Run()
    }

    public static async Task<int> RunAsync(WebApplication app, string[] args)
    {
        if (await app.RunIntileryCommandAsync(args) is { } exitCode)
        {
            return exitCode;
        }

        return 0;
    }

    public static void AddHealthCheck(WebApplicationBuilder builder)
    {
        builder.Services.AddHealthChecks().AddIntilery();
    }

    public static void ExportTelemetry(WebApplicationBuilder builder)
    {
        builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics.AddMeter(IntileryDefaults.MeterName))
            .WithTracing(tracing => tracing.AddAspNetCoreInstrumentation().AddSource(IntileryDefaults.ActivitySourceName))
            .UseOtlpExporter();
    }

    public static void AddStrictHealthCheck(WebApplicationBuilder builder)
    {
        builder.Services.AddHealthChecks().AddIntilery(failureStatus: HealthStatus.Unhealthy, tags: ["alerts"]);
    }

    public static void MapProbes(WebApplication app)
    {
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => !check.Tags.Contains("alerts") });
        app.MapHealthChecks("/health/alerts", new HealthCheckOptions { Predicate = check => check.Tags.Contains("alerts") });
    }

    public static void ConfigureOptions(WebApplicationBuilder builder)
    {
        builder.Services.AddIntilery(options => options.Delivery.MaxBacklogAge = TimeSpan.FromMinutes(5));
    }

    public static void ConfigureOptionsAsAnyOthers(WebApplicationBuilder builder)
    {
        builder.Services.Configure<IntileryOptions>(options => options.Delivery.MaxBacklogAge = TimeSpan.FromMinutes(5));
    }

    public static void UseProxy(WebApplicationBuilder builder, X509Certificate2 certificate)
    {
        builder.Services.AddHttpClient(IntileryDefaults.HttpClientName)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                Proxy = new WebProxy("http://proxy.example:8080"),
                SslOptions = { ClientCertificates = [certificate] },
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            });
    }

    public static void UseOutbox(WebApplicationBuilder builder)
    {
        builder.Services.AddIntilery().UseEntityFrameworkOutbox<AppDbContext>();
        builder.Services.AddDataProtection().SetApplicationName("acme").PersistKeysToFileSystem(new DirectoryInfo("/var/acme/keys"));
    }

    public static void UseResolver(WebApplicationBuilder builder)
    {
        builder.Services.AddIntilery().UseTenantResolver<SubdomainTenants>();
    }

    public static void UseFinbuckle(WebApplicationBuilder builder)
    {
        builder.Services.AddIntilery()
            .UseTenantResolver<FinbuckleTenants>()
            .MapMemberships<TenantMember>(user: member => member.UserId, account: member => member.TenantId);
    }

    public static void UseOwners(WebApplicationBuilder builder)
    {
        builder.Services.AddIntilery().UseTrialOwnerResolver<AccountOwners>();
    }

    public static void AddEnrichers(WebApplicationBuilder builder)
    {
        builder.Services.AddIntilery().AddEnricher<PlanEnricher>().AddObserver<AuditObserver>();
    }

    public static async Task ListAsync(IIntileryOutbox outbox)
    {
        foreach (var letter in await outbox.ListDeadLettersAsync())
        {
            Console.WriteLine($"{letter.RejectedAt:u} {letter.EventName} of {letter.UserId}: {letter.Reason}");
        }
    }

    public static async Task<IntileryUserExport> EraseAsync(IIntileryOutbox outbox, string userId)
    {
        var held = await outbox.ExportUserAsync(userId);
        await outbox.PurgeUserAsync(userId);
        return held;
    }

    internal sealed class AppDbContext(DbContextOptions<AppDbContext> options) : IdentityDbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder builder)
        {
            base.OnModelCreating(builder);
            builder.AddIntileryOutbox(); // last, so that it follows your naming conventions
        }
    }
}

internal sealed record TenantMember(string TenantId, string UserId);
