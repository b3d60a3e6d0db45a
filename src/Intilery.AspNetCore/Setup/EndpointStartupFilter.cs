using Intilery.AspNetCore.Capture.Endpoints;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Setup;

/// <summary>
/// Looks at the endpoints at the one moment when that is possible for every shape of application: all of its pipeline is
/// configured, with a <c>Startup</c> class too, none of it is built, and the server does not listen yet.
/// </summary>
internal sealed class EndpointStartupFilter(Activation activation) : IStartupFilter
{
    // Where the framework keeps the routes of the application's own pipeline.
    private static readonly string[] _routeBuilders = ["__GlobalEndpointRouteBuilder", "__EndpointRouteBuilder"];

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);
        if (activation.WillRun && EndpointAttributeUse.IsLikely())
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
            var made = inspection.EndpointsOf(source);
            if (EndpointInspection.WithoutFilter(made) is { Count: > 0 } handlers && own?.DataSources.Contains(source) == true)
            {
                var tracked = new TrackedEndpointDataSource(source, handlers, services);
                made = inspection.EndpointsOf(tracked);
                Replace(own.DataSources, source, tracked);
                Replace(all, source, tracked);
            }

            endpoints.AddRange(made);
        }

        if (inspection.Check(endpoints) is { Count: > 0 } errors)
        {
            throw new InvalidOperationException(
                "Intilery lifecycle tracking cannot make the events that endpoints ask for:" + Environment.NewLine
                + string.Join(Environment.NewLine, errors.Select(error => "* " + error)));
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
