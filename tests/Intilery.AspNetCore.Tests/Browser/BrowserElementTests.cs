using Intilery.AspNetCore.Browser;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Razor.TagHelpers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Intilery.AspNetCore.Tests.Browser;

/// <summary>The same element, from a tag helper, a component, or code.</summary>
public sealed class BrowserElementTests
{
    [Theory]
    [InlineData(false, null)]
    [InlineData(false, "n0nce")]
    [InlineData(true, null)]
    [InlineData(true, "n0nce")]
    public async Task A_tag_helper_and_a_component_render_what_code_renders(bool file, string? nonce)
    {
        await using var app = await IdentityApp.StartAsync();
        var elements = app.Services.GetRequiredService<IIntileryBrowserScript>();
        var expected = (file ? elements.File(nonce) : elements.Inline(nonce)).Value!;
        var tagHelper = new IntileryBrowserTagHelper(elements) { File = file, Nonce = nonce };
        var output = new TagHelperOutput("intilery-browser", [], (_, _) => Task.FromResult<TagHelperContent>(new DefaultTagHelperContent()));
        tagHelper.Process(new TagHelperContext([], new Dictionary<object, object>(), "id"), output);

        await using var renderer = new HtmlRenderer(app.Services, NullLoggerFactory.Instance);
        var component = await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var parameters = ParameterView.FromDictionary(new Dictionary<string, object?> { ["File"] = file, ["Nonce"] = nonce });
            return (await renderer.RenderComponentAsync<IntileryBrowser>(parameters)).ToHtmlString();
        });

        Assert.Equal(expected, output.Content.GetContent());
        Assert.Null(output.TagName);
        Assert.Equal(expected, component);
    }

    [Fact]
    public async Task The_inline_element_holds_the_script_under_the_nonce_of_the_page()
    {
        await using var app = await IdentityApp.StartAsync();

        var element = app.Services.GetRequiredService<IIntileryBrowserScript>().Inline("\"><b>").Value;

        Assert.Equal($"<script nonce=\"&quot;&gt;&lt;b&gt;\">{new BrowserScriptFile(new IntileryBrowserOptions()).Text}</script>", element);
    }
}
