using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Intilery.AspNetCore.Capture.Endpoints;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

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
        var own = _routeBuilders.Select(key => app.Properties.TryGetValue(key, out var value) ? value : null)
            .OfType<IEndpointRouteBuilder>()
            .FirstOrDefault();
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

/// <summary>
/// Detects whether the application's code uses the attributes at all. Building an endpoint to inspect its metadata takes
/// milliseconds; applications without attributes do not pay for it.
/// </summary>
internal static class EndpointAttributeUse
{
    private static readonly HashSet<string> _names = Assembly.GetExecutingAssembly().GetExportedTypes()
        .Where(
            type => typeof(LifecycleEventAttribute).IsAssignableFrom(type) || type == typeof(IntileryEndpointConventionBuilderExtensions))
        .Select(type => type.Name)
        .ToHashSet(StringComparer.Ordinal);

    public static bool IsLikely() => Array.Exists(AppDomain.CurrentDomain.GetAssemblies(), Mentions);

    /// <summary>Returns whether the metadata of an assembly that references the package mentions the attributes.</summary>
    public static bool Mentions(Assembly assembly)
    {
        var own = Assembly.GetExecutingAssembly().GetName().Name;
        if (assembly.IsDynamic || !Array.Exists(assembly.GetReferencedAssemblies(), reference => reference.Name == own))
        {
            return false;
        }

        if (!File.Exists(assembly.Location))
        {
            // A single-file assembly, or one loaded from memory: its endpoints are inspected.
            return true;
        }

        using var file = new PEReader(File.OpenRead(assembly.Location));
        var metadata = file.GetMetadataReader();
        return metadata.TypeReferences.Any(handle => _names.Contains(metadata.GetString(metadata.GetTypeReference(handle).Name)));
    }
}

/// <summary>Adds the filter to the actions and pages with event attributes, after all conventions of the application.</summary>
internal sealed class EndpointEventsSetup(EndpointEventsConvention convention)
    : IPostConfigureOptions<MvcOptions>, IPostConfigureOptions<RazorPagesOptions>
{
    public void PostConfigure(string? name, MvcOptions options) => options.Conventions.Add(convention);

    public void PostConfigure(string? name, RazorPagesOptions options) => options.Conventions.Add(convention);
}
