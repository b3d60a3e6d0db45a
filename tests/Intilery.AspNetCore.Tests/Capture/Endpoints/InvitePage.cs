using Intilery.AspNetCore.Tests.Capture.Endpoints;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.Hosting;

[assembly: RazorCompiledItem(typeof(InvitePage), "mvc.1.0.razor-page", "/Pages/Invite.cshtml")]

namespace Intilery.AspNetCore.Tests.Capture.Endpoints;

/// <summary>What the Razor compiler makes of a page with a model.</summary>
public sealed class InvitePage : Page
{
    public InviteModel Model => ViewData.Model;

    public ViewDataDictionary<InviteModel> ViewData => (ViewDataDictionary<InviteModel>)PageContext.ViewData;

    public override Task ExecuteAsync()
    {
        WriteLiteral("the page");
        return Task.CompletedTask;
    }
}
