using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace Intilery.AspNetCore;

/// <summary>
/// <c>&lt;IntileryBrowser /&gt;</c>: the script that resets Intilery's website tag after a sign-out and identifies the user after a
/// sign-in, for Blazor. It belongs in the <c>head</c> of <c>App.razor</c>, before the tag's own snippet.
/// </summary>
public sealed class IntileryBrowser : ComponentBase
{
    /// <summary>Gets or sets the nonce of the page's Content-Security-Policy. Default: <see langword="null"/>, which is none.</summary>
    [Parameter]
    public string? Nonce { get; set; }

    /// <summary>
    /// Gets or sets a value indicating whether the page loads the script from a file of the application instead of containing it.
    /// Default: <see langword="false"/>.
    /// </summary>
    [Parameter]
    public bool File { get; set; }

    [Inject]
    private IIntileryBrowserScript Browser { get; set; } = null!;

    /// <inheritdoc />
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddMarkupContent(0, (File ? Browser.File(Nonce) : Browser.Inline(Nonce)).Value);
    }
}

/// <summary>
/// Renders the script that resets Intilery's website tag after a sign-out and identifies the user after a sign-in. It belongs before
/// the tag's own snippet: the tag's automatic page event would otherwise still carry the ids of the previous user. Razor pages
/// write <c>&lt;intilery-browser /&gt;</c>, Blazor <c>&lt;IntileryBrowser /&gt;</c>; this is for pages that are rendered in any other way.
/// </summary>
/// <example>
/// <code>
/// @inject IIntileryBrowserScript Intilery
/// @Intilery.Inline(nonce)
/// </code>
/// </example>
public interface IIntileryBrowserScript
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
    /// <param name="nonce">
    /// The nonce, where the policy trusts scripts by nonce alone. Default: <see langword="null"/>, which is none.
    /// </param>
    /// <returns>The element, ready to be written as it is.</returns>
    HtmlString File(string? nonce = null);
}

/// <summary>
/// <c>&lt;intilery-browser /&gt;</c>: the script that resets Intilery's website tag after a sign-out and identifies the user after a
/// sign-in. It belongs before the tag's own snippet. Import it with <c>@addTagHelper *, Intilery.AspNetCore</c>.
/// </summary>
/// <param name="browser">Renders the script.</param>
[HtmlTargetElement("intilery-browser", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class IntileryBrowserTagHelper(IIntileryBrowserScript browser) : TagHelper
{
    /// <summary>Gets or sets the nonce of the page's Content-Security-Policy. Default: <see langword="null"/>, which is none.</summary>
    public string? Nonce { get; set; }

    /// <summary>
    /// Gets or sets a value indicating whether the page loads the script from a file of the application instead of containing it.
    /// Default: <see langword="false"/>.
    /// </summary>
    public bool File { get; set; }

    /// <inheritdoc />
    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.TagName = null;
        output.Content.SetHtmlContent(File ? browser.File(Nonce) : browser.Inline(Nonce));
    }
}
