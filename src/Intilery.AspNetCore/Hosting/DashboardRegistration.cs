using Intilery.AspNetCore.Commands;
using Intilery.AspNetCore.Dashboard;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Hosting;

/// <summary>Registers the page and the coverage report. Their services are created when they are first requested.</summary>
internal static class DashboardRegistration
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<CoverageInspection>();
        services.AddSingleton<IIntileryCoverage>(provider => provider.GetRequiredService<CoverageInspection>());
        services.AddSingleton<CoverageLog>();
        services.AddWithClock<Doctor>();
        services.AddSingleton<DashboardMap>();
        services.AddSingleton<DashboardFiles>();
        services.AddSingleton<LiveFeed>();
        services.AddSingleton<LiveStream>();
        services.AddSingleton<DashboardViews>();
        services.AddSingleton<DashboardActions>();
        services.AddSingleton<DashboardPage>();

        // Before the application's own filters: in Development the page precedes the application's pipeline, and the endpoints exist once
        // the pipeline is configured.
        services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter, DashboardStartupFilter>());
    }
}
