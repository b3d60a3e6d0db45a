using Intilery.AspNetCore.Commands;
using Intilery.AspNetCore.Dashboard;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Hosting;

/// <summary>Registers the page and the coverage report. None of it is made before somebody asks for it, or the page is served.</summary>
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

        // Before the application's own filters: its pipeline comes after the page in Development, and its endpoints are there when it has been configured.
        services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter, DashboardStartupFilter>());
    }
}
