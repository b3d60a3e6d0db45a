using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.RazorPages.Infrastructure;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>
/// Which attributes count for a page's handler: its own, and the page's. What stands on a page is about what the page does, not
/// about its being shown: handlers of GET have a part in it only where there are no others.
/// </summary>
internal static class PageAsks
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
