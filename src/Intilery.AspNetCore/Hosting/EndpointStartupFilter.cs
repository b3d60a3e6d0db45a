using Intilery.AspNetCore.Capture.Endpoints;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Hosting;

/// <summary>
/// Inspects the endpoints at the one moment that works for every kind of application, also with a
/// <c>Startup</c> class: the pipeline is configured, but not built, and the server does not listen yet.
/// </summary>
internal sealed class EndpointStartupFilter(LifecycleService tracking) : IStartupFilter
{
    // The key under which the framework stores the routes of the application's pipeline.
    private static readonly string[] _routeBuilders = ["__GlobalEndpointRouteBuilder", "__EndpointRouteBuilder"];

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);
        if (tracking.WillRun && EndpointAttributeUse.IsLikely())
        {
            Inspect(app);
        }
    };

    private static void Inspect(IApplicationBuilder app)
    {
        var services = app.ApplicationServices;
        var inspection = services.GetRequiredService<EndpointInspection>();
        var all = (services.GetService<EndpointDataSource>() as CompositeEndpointDataSource)?.DataSources as IList<EndpointDataSource>;
        var own = _routeBuilders.Select(key => app.Properties.TryGetValue(key, out var value) ? value : null).OfType<IEndpointRouteBuilder>().FirstOrDefault();
        var endpoints = new List<Endpoint>();
        foreach (var source in own?.DataSources.Concat(all ?? []).Distinct().ToArray() ?? [.. all ?? []])
        {
            endpoints.AddRange(own?.DataSources.Contains(source) == true && source.GetType().Assembly == typeof(RouteEndpoint).Assembly
                ? Tracked(source)
                : inspection.EndpointsOf(source));
        }

        if (inspection.Check(endpoints) is { Count: > 0 } errors)
        {
            throw new InvalidOperationException(
                "Intilery lifecycle tracking cannot make the events that endpoints ask for:" + Environment.NewLine
                + string.Join(Environment.NewLine, errors.Select(error => "* " + error)));
        }

        // The data sources of minimal APIs and groups create new endpoints for each caller. The inspected endpoints serve the
        // requests, if any of them has event attributes, so the inspection costs no more than the first request would.
        IReadOnlyList<Endpoint> Tracked(EndpointDataSource source)
        {
            var tracked = new TrackedEndpointDataSource(source, services);
            var made = inspection.EndpointsOf(tracked);
            if (EndpointInspection.WithoutFilter(made) is { Count: > 0 } handlers)
            {
                tracked.Include(handlers);
                made = inspection.EndpointsOf(tracked);
            }

            if (made.Any(endpoint => EndpointEvents.AreAskedFor(endpoint.Metadata)))
            {
                Replace(own!.DataSources, source, tracked);
                Replace(all, source, tracked);
            }

            return made;
        }
    }

    private static void Replace(ICollection<EndpointDataSource>? sources, EndpointDataSource source, EndpointDataSource tracked)
    {
        if (sources is IList<EndpointDataSource> list && list.IndexOf(source) is >= 0 and var index)
        {
            list[index] = tracked;
        }
        else if (sources?.Remove(source) == true)
        {
            sources.Add(tracked);
        }
    }
}
