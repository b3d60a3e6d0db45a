using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Intilery.AspNetCore.Dashboard;

/// <summary>
/// Shows the page in Development, before the middleware of the application, so that no fallback policy or redirect applies to it; and fails
/// the start if the page is mapped without authorization.
/// </summary>
internal sealed class DashboardStartupFilter(LifecycleService tracking, IHostEnvironment environment) : IStartupFilter
{
    /// <summary>Where the page is in Development.</summary>
    public const string LocalPath = "/_intilery";

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        if (environment.IsDevelopment())
        {
            app.Use(following => tracking.WillRun ? Local(app.ApplicationServices, following) : following);
        }

        next(app);
        if (app.ApplicationServices.GetRequiredService<DashboardMap>().IsMapped)
        {
            // Makes the endpoints, which the first request would otherwise do: the page's own convention throws by then.
            _ = app.ApplicationServices.GetService<EndpointDataSource>()?.Endpoints;
        }
    };

    private static RequestDelegate Local(IServiceProvider services, RequestDelegate following)
    {
        var page = services.GetRequiredService<DashboardPage>();
        var map = services.GetRequiredService<DashboardMap>();
        var diagnostics = services.GetRequiredService<LifecycleDiagnostics>();
        services.GetRequiredService<LiveFeed>().Keep();
        return context => IsPage(context.Request.Path, out var view)
            ? LocalAsync(context, view, page, map, diagnostics, following)
            : following(context);
    }

    private static async Task LocalAsync(
        HttpContext context, string view, DashboardPage page, DashboardMap map, LifecycleDiagnostics diagnostics, RequestDelegate following)
    {
        if (LocalAccess.IsAllowed(context))
        {
            await page.ServeAsync(
                context, context.Request.PathBase + LocalPath, view, DashboardAccess.Local, context.RequestAborted).ConfigureAwait(false);
            return;
        }

        if (map.IsMapped)
        {
            await following(context).ConfigureAwait(false);
            return;
        }

        if (diagnostics.IsFirst(nameof(DashboardStartupFilter)))
        {
            diagnostics.Log.PageRefused(LocalPath);
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
    }

    // The browser's script has its address below the page's.
    private static bool IsPage(PathString path, out string view)
    {
        var isPage = path.StartsWithSegments(LocalPath, StringComparison.Ordinal, out var rest);
        view = rest.Value?.TrimStart('/') ?? string.Empty;
        return isPage && view != "browser.js";
    }
}
