using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Browser;

/// <summary>Renders the element that brings the script into a page.</summary>
/// <param name="script">The script.</param>
/// <param name="request">Returns the request that the page is for, if any.</param>
internal sealed class BrowserElement(BrowserScript script, Func<HttpContext?> request) : IIntileryBrowser
{
    public HtmlString Inline(string? nonce = null) => script.Current is { } current
        ? new HtmlString($"<script{Nonce(nonce)}>{current.Text}</script>")
        : HtmlString.Empty;

    public HtmlString File(string? nonce = null)
    {
        if (script.Current is not { } current)
        {
            return HtmlString.Empty;
        }

        var basePath = request()?.Request.PathBase.ToUriComponent();
        var address = HtmlEncoder.Default.Encode($"{basePath}{BrowserScript.Path}?v={current.Version}");
        return new HtmlString($"<script src=\"{address}\" integrity=\"{current.Integrity}\"{Nonce(nonce)}></script>");
    }

    private static string? Nonce(string? nonce) => string.IsNullOrEmpty(nonce) ? null : $" nonce=\"{HtmlEncoder.Default.Encode(nonce)}\"";
}
