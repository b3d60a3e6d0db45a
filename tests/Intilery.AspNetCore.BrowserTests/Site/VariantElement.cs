using Microsoft.AspNetCore.Html;

namespace Intilery.AspNetCore.BrowserTests.Site;

/// <summary>Leaves the element out of the pages of a browser whose variant says so, as if their maker had forgotten it.</summary>
public sealed class VariantElement(IIntileryBrowserScript element, IHttpContextAccessor accessor) : IIntileryBrowserScript
{
    public HtmlString Inline(string? nonce = null) => IsThere ? element.Inline(nonce) : HtmlString.Empty;

    public HtmlString File(string? nonce = null) => IsThere ? element.File(nonce) : HtmlString.Empty;

    private bool IsThere => Variant.Of(accessor.HttpContext!).Placement != Variant.Nowhere;
}
