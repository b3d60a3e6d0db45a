using Microsoft.AspNetCore.Razor.TagHelpers;

namespace Intilery.AspNetCore;

/// <summary>
/// <c>&lt;intilery-browser /&gt;</c>: the script that resets Intilery's website tag after a sign-out and identifies the user after a sign-in. It
/// belongs before the tag's own snippet. Import it with <c>@addTagHelper *, Intilery.AspNetCore</c>.
/// </summary>
/// <param name="browser">Renders the script.</param>
[HtmlTargetElement("intilery-browser", TagStructure = TagStructure.NormalOrSelfClosing)]
public sealed class IntileryBrowserTagHelper(IIntileryBrowser browser) : TagHelper
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
