using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Documentation.Snippets;

/// <summary>The page and the coverage report.</summary>
internal static class Page
{
    public static void Map(WebApplication app)
    {
        app.MapIntilery("/ops/intilery").RequireAuthorization("Operators");
    }

    public static async Task<CoverageReport> ReportAsync(IServiceProvider services)
    {
        var report = await services.GetRequiredService<IIntileryCoverage>().GetReportAsync();
        return report;
    }
}
