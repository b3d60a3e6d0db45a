using Microsoft.AspNetCore.Html;

namespace Intilery.AspNetCore;

/// <summary>
/// Renders the script that resets Intilery's website tag after a sign-out and identifies the user after a sign-in. It belongs before
/// the tag's own snippet: the tag's automatic page event would otherwise still carry the ids of the previous user. Razor pages
/// write <c>&lt;intilery-browser /&gt;</c>, Blazor <c>&lt;IntileryBrowser /&gt;</c>; this is for pages that are rendered in any other way.
/// </summary>
public interface IIntileryBrowser
{
    /// <summary>
    /// Returns the script as an inline element, about 4 KB. Empty where tracking is not armed or
    /// <see cref="IntileryBrowserOptions.Enabled"/> is <see langword="false"/>.
    /// </summary>
    /// <param name="nonce">The nonce of the page's Content-Security-Policy. Default: <see langword="null"/>, which is none.</param>
    /// <returns>The element, ready to be written as it is.</returns>
    HtmlString Inline(string? nonce = null);

    /// <summary>
    /// Returns an element that loads the script from the application itself, <c>/_intilery/browser.js</c>, with its version in the
    /// address, so that browsers keep it, and its hash. The page waits for it, which is what keeps the order. Empty as
    /// <see cref="Inline"/> is.
    /// </summary>
    /// <param name="nonce">The nonce, where the policy trusts scripts by nonce alone. Default: <see langword="null"/>, which is none.</param>
    /// <returns>The element, ready to be written as it is.</returns>
    HtmlString File(string? nonce = null);
}
