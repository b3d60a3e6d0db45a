using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace Intilery.AspNetCore;

/// <summary>
/// <c>&lt;IntileryBrowser /&gt;</c>: the script that resets Intilery's website tag after a sign-out and identifies the user after a sign-in, for
/// Blazor. It belongs in the <c>head</c> of <c>App.razor</c>, before the tag's own snippet.
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
    private IIntileryBrowser Browser { get; set; } = null!;

    /// <inheritdoc />
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddMarkupContent(0, (File ? Browser.File(Nonce) : Browser.Inline(Nonce)).Value);
    }
}
