using System.Reflection;
using Intilery.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.RazorPages.Infrastructure;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>
/// Looks at the endpoints of the application before any request: which handlers need the filter, and whether everything that is
/// asked for can work.
/// </summary>
internal sealed class EndpointInspection(
    ActionEvents actions, HandlerEvents handlers, IServiceProvider services, LifecycleDiagnostics diagnostics)
{
    private static readonly MethodInfo _requestDelegate = typeof(RequestDelegate).GetMethod(nameof(RequestDelegate.Invoke))!;

    /// <summary>Gets a value indicating whether any of the endpoints that were looked at tracks sign-ins.</summary>
    public bool TracksSignIns { get; private set; }

    /// <summary>Returns the handlers that ask for events and have no filter yet.</summary>
    public static IReadOnlySet<MethodInfo> WithoutFilter(IEnumerable<Endpoint> endpoints) => endpoints
        .Where(
            endpoint => EndpointEvents.AreAskedFor(endpoint.Metadata)
                && !RouteHandlerEvents.IsAttached(endpoint.Metadata)
                && ActionOf(endpoint) is null)
        .Select(endpoint => endpoint.Metadata.GetMetadata<MethodInfo>())
        .OfType<MethodInfo>()
        .ToHashSet();

    /// <summary>
    /// Returns the endpoints of a source; none if the source cannot make them: the host gets that exception when it uses them.
    /// </summary>
    public IReadOnlyList<Endpoint> EndpointsOf(EndpointDataSource source)
    {
        try
        {
            return source.Endpoints;
        }
        catch (Exception exception)
        {
            // Without us the application would start, and fail where it uses these endpoints.
            diagnostics.Failed("looking at the endpoints", exception);
            return [];
        }
    }

    /// <summary>Returns everything that cannot work, each with its endpoint.</summary>
    public IReadOnlyList<string> Check(IReadOnlyList<Endpoint> endpoints)
    {
        var errors = new List<string>();
        TracksSignIns |= endpoints.Any(endpoint => endpoint.Metadata.GetMetadata<TrackSignedInAttribute>() is not null);
        foreach (var sameAction in endpoints.Where(endpoint => ActionOf(endpoint) is not null).GroupBy(endpoint => ActionOf(endpoint)!))
        {
            CheckAction(sameAction.Key, [.. sameAction], errors);
        }

        foreach (var endpoint in endpoints.Where(endpoint => ActionOf(endpoint) is null && EndpointEvents.AreAskedFor(endpoint.Metadata)))
        {
            var name = endpoint.DisplayName ?? "An endpoint";
            if (RouteHandlerEvents.IsAttached(endpoint.Metadata))
            {
                var method = endpoint.Metadata.GetMetadata<MethodInfo>() ?? _requestDelegate;
                handlers.Of(name, method, (endpoint as RouteEndpoint)?.RoutePattern, [.. endpoint.Metadata], errors);
            }
            else
            {
                errors.AddRange(AsksOf(endpoint.Metadata).Select(ask => $"{name}: [{ask}] has no effect here. {Advice(endpoint, ask)}"));
            }
        }

        foreach (var endpoint in endpoints)
        {
            if (FastEndpoint.ClassOf(endpoint.Metadata) is { } type)
            {
                errors.AddRange(AsksOf(FastEndpoint.AsksOf(type).Where(ask => !endpoint.Metadata.Any(item => item.GetType() == ask.GetType())))
                    .Select(ask => $"{type.Name}: [{ask}] has no effect here. {FastEndpoint.Advice(ask)}"));
            }
        }

        return [.. errors.Distinct()];
    }

    /// <summary>Returns the names of the endpoints that ask for events.</summary>
    public IReadOnlyList<string> NamesOfAsking(IReadOnlyList<Endpoint> endpoints) => [.. endpoints
        .Where(
            endpoint => EndpointEvents.AreAskedFor(endpoint.Metadata)
                || (ActionOf(endpoint) is PageActionDescriptor page && AsksOf(page).Count > 0))
        .Select(endpoint => ActionOf(endpoint)?.DisplayName ?? endpoint.DisplayName ?? "an endpoint")
        .Distinct(StringComparer.Ordinal)];

    /// <summary>Returns the attributes of an endpoint: its own, and those of a page's handlers, which are not among its metadata.</summary>
    public IEnumerable<LifecycleEventAttribute> AttributesOf(Endpoint endpoint) => endpoint.Metadata
        .Concat(ActionOf(endpoint) is PageActionDescriptor page ? AsksOf(page).SelectMany(asking => asking.Asks) : [])
        .OfType<LifecycleEventAttribute>();

    private static ActionDescriptor? ActionOf(Endpoint endpoint) => endpoint.Metadata.GetMetadata<ActionDescriptor>();

    private static IEnumerable<string> AsksOf(IEnumerable<object> metadata) => metadata
        .Where(EndpointEvents.IsAsk)
        .Select(item => item is LifecycleEventAttribute attribute ? EventTemplate.NameOf(attribute) : item.ToString()!);

    private static string Advice(Endpoint endpoint, string ask) =>
        endpoint.RequestDelegate is null || endpoint is not RouteEndpoint ? "Use ILifecycleTracker in its code."
        : $"Call .{ask.Split('(')[0]}({(ask.StartsWith("TrackEvent", StringComparison.Ordinal) ? ask["TrackEvent(".Length..^1] : string.Empty)}) where it is mapped, or use ILifecycleTracker in its code.";

    private void CheckAction(ActionDescriptor action, IReadOnlyList<Endpoint> endpoints, List<string> errors)
    {
        string[] routeParameters = [.. endpoints
            .OfType<RouteEndpoint>()
            .SelectMany(endpoint => endpoint.RoutePattern.Parameters)
            .Select(parameter => parameter.Name)
            .Distinct(StringComparer.OrdinalIgnoreCase)];
        IEnumerable<object> own = action.EndpointMetadata;
        if (action is ControllerActionDescriptor method)
        {
            if (EndpointEvents.AreAskedFor(own))
            {
                actions.Of(method, routeParameters, errors);
            }
        }
        else if (action is PageActionDescriptor page)
        {
            own = CheckPage(page, routeParameters, errors);
        }

        // What a convention of routing added is not on the action, where the filter is.
        var added = endpoints.SelectMany(endpoint => endpoint.Metadata).Where(EndpointEvents.IsAsk).Except(own);
        errors.AddRange(AsksOf(added).Select(ask =>
            $"{action.DisplayName}: [{ask}] has no effect here. Put the attribute on the controller, action, page model or handler itself."));
    }

    private List<object> CheckPage(PageActionDescriptor page, IReadOnlyCollection<string> routeParameters, List<string> errors)
    {
        var own = new List<object>();
        foreach (var (compiled, handler, asks) in AsksOf(page))
        {
            TracksSignIns |= asks.Exists(ask => ask is TrackSignedInAttribute);
            own.AddRange(asks);
            actions.Of(compiled, handler, routeParameters, errors);
        }

        return own;
    }

    private List<(CompiledPageActionDescriptor Page, HandlerMethodDescriptor Handler, List<object> Asks)> AsksOf(PageActionDescriptor page)
    {
        try
        {
            // With compiled pages this is no waiting; pages that are compiled as they are used, in Development, are compiled here.
            var compiled = services.GetRequiredService<PageLoader>()
                .LoadAsync(page, EndpointMetadataCollection.Empty)
                .GetAwaiter()
                .GetResult();
            return [.. compiled.HandlerMethods
                .Select(handler => (compiled, handler, PageHandlerMetadata.Of(compiled, handler).Where(EndpointEvents.IsAsk).ToList()))
                .Where(asking => asking.Item3.Count > 0)];
        }
        catch (Exception exception)
        {
            // A page that cannot be compiled: the host gets that exception when it uses the page.
            diagnostics.Failed("looking at the pages", exception);
            return [];
        }
    }
}
