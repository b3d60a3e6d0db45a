using Intilery.AspNetCore.Dashboard;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the page that shows what Intilery's lifecycle tracking captures and delivers.</summary>
public static class IntileryEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps the page: events as they happen, which of the ten events this application captures, what waits in the outbox, and the set-up.
    /// It shows personal data, so that it needs authorization: without <c>RequireAuthorization</c> or <c>AllowAnonymous</c> the application
    /// does not start. An anonymous page shows no personal data and changes nothing. In Development the page is also at <c>/_intilery</c>,
    /// for requests from this machine only, without being mapped.
    /// </summary>
    /// <param name="endpoints">The application, or a group of its routes.</param>
    /// <param name="path">Where the page is. Default: <c>/intilery</c>.</param>
    /// <returns>A builder of the page's conventions.</returns>
    /// <exception cref="InvalidOperationException">The services are not registered; the message names the call.</exception>
    /// <example>
    /// <code>app.MapIntilery("/ops/intilery").RequireAuthorization("Operators");</code>
    /// </example>
    public static IEndpointConventionBuilder MapIntilery(this IEndpointRouteBuilder endpoints, string path = "/intilery")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentException.ThrowIfNullOrEmpty(path);
        var map = endpoints.ServiceProvider.GetService<DashboardMap>() ?? throw new InvalidOperationException(
            "Unable to find the services of Intilery lifecycle tracking. Call 'builder.Services.AddIntilery()' where services are registered.");
        return map.Add(endpoints, path);
    }
}
