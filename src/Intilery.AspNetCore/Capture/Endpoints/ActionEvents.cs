using System.Runtime.CompilerServices;
using Intilery.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.RazorPages.Infrastructure;
using Microsoft.AspNetCore.Routing;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>The events of actions and page handlers, compiled once for each.</summary>
internal sealed class ActionEvents(EndpointEvents events, LifecycleDiagnostics diagnostics)
{
    // Descriptors are replaced when actions change; what they had goes with them.
    private readonly ConditionalWeakTable<object, IReadOnlyList<IEndpointEvent>> _known = [];

    /// <summary>Returns what an action asks for: on itself and on its controller.</summary>
    public IReadOnlyList<IEndpointEvent> Of(ControllerActionDescriptor action, HttpContext context) =>
        _known.TryGetValue(action, out var known) ? known : Remember(errors => Of(action, RouteParametersOf(context), errors));

    /// <summary>Returns what a page handler asks for: on itself and on its page.</summary>
    public IReadOnlyList<IEndpointEvent> Of(CompiledPageActionDescriptor page, HandlerMethodDescriptor handler, HttpContext context) =>
        _known.TryGetValue(handler, out var known) ? known : Remember(errors => Of(page, handler, RouteParametersOf(context), errors));

    /// <inheritdoc cref="Of(ControllerActionDescriptor, HttpContext)"/>
    public IReadOnlyList<IEndpointEvent> Of(
        ControllerActionDescriptor action, IReadOnlyCollection<string> routeParameters, ICollection<string> errors)
    {
        List<object> own = [.. EndpointEvents.OutsideIn(action.ControllerTypeInfo), .. EndpointEvents.OutsideIn(action.MethodInfo)];

        // Metadata that the application's conventions added has a lower precedence than attributes in code.
        var built = events.Build(ShapeReader.OfAction(action, routeParameters), [.. action.EndpointMetadata.Except(own), .. own], errors);
        _known.AddOrUpdate(action, built);
        return built;
    }

    /// <inheritdoc cref="Of(CompiledPageActionDescriptor, HandlerMethodDescriptor, HttpContext)"/>
    public IReadOnlyList<IEndpointEvent> Of(
        CompiledPageActionDescriptor page,
        HandlerMethodDescriptor handler,
        IReadOnlyCollection<string> routeParameters,
        ICollection<string> errors)
    {
        var built = events.Build(ShapeReader.OfPage(page, handler, routeParameters), PageHandlerMetadata.Of(page, handler), errors);
        _known.AddOrUpdate(handler, built);
        return built;
    }

    // Looked at only now, it was not there at the start: its errors are no longer the start's.
    private IReadOnlyList<IEndpointEvent> Remember(Func<ICollection<string>, IReadOnlyList<IEndpointEvent>> build)
    {
        var errors = new List<string>();
        var built = build(errors);
        foreach (var error in errors)
        {
            diagnostics.Log.EndpointRefused(error);
        }

        return built;
    }

    private static List<string> RouteParametersOf(HttpContext context) =>
        context.GetEndpoint() is RouteEndpoint { RoutePattern: var pattern }
            ? [.. pattern.Parameters.Select(parameter => parameter.Name)]
            : [];
}

/// <summary>
/// Which attributes count for a page's handler: its own, and the page's. What stands on a page is about what the page does, not
/// about its being shown: handlers of GET have a part in it only where there are no others.
/// </summary>
internal static class PageHandlerMetadata
{
    public static IEnumerable<object> Of(CompiledPageActionDescriptor page, HandlerMethodDescriptor handler)
    {
        var own = EndpointEvents.OutsideIn(handler.MethodInfo);
        var isShowing = IsShowing(handler) && page.HandlerMethods.Any(other => !IsShowing(other));
        return isShowing ? own : [.. OfPage(page.PageTypeInfo, page.HandlerTypeInfo), .. own];
    }

    /// <summary>Returns what a page asks for: the file itself, and its model.</summary>
    public static IEnumerable<object> OfPage(Type page, Type handler) =>
        page == handler ? EndpointEvents.OutsideIn(page) : [.. EndpointEvents.OutsideIn(page), .. EndpointEvents.OutsideIn(handler)];

    private static bool IsShowing(HandlerMethodDescriptor handler) =>
        HttpMethods.IsGet(handler.HttpMethod) || HttpMethods.IsHead(handler.HttpMethod);
}
