using Intilery.AspNetCore.Tests.Capture.Code;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.Hosting;

[assembly: RazorCompiledItem(typeof(StreamPage), "mvc.1.0.razor-page", "/Pages/Stream.cshtml")]

namespace Intilery.AspNetCore.Tests.Capture.Code;

/// <summary>What the Razor compiler makes of a page whose model writes the answer itself.</summary>
public sealed class StreamPage : Page
{
    public StreamModel Model => ViewData.Model;

    public ViewDataDictionary<StreamModel> ViewData => (ViewDataDictionary<StreamModel>)PageContext.ViewData;

    public override Task ExecuteAsync() => Task.CompletedTask;
}
