using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Identity;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A statically rendered account page in the shape of the template's: a form whose post creates a user and signs them in.</summary>
[Route("/account/register")]
public sealed class RegisterComponent : ComponentBase
{
    [SupplyParameterFromForm(FormName = "register")]
    public string? Email { get; set; }

    [Inject]
    public required UserManager<IdentityUser> Users { get; init; }

    [Inject]
    public required SignInManager<IdentityUser> SignIns { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        builder.OpenElement(0, "form");
        builder.AddAttribute(1, "method", "post");
        builder.AddAttribute(2, "onsubmit", EventCallback.Factory.Create<EventArgs>(this, RegisterAsync));
        builder.AddNamedEvent("onsubmit", "register");
        builder.OpenComponent<AntiforgeryToken>(3);
        builder.CloseComponent();
        builder.OpenElement(4, "input");
        builder.AddAttribute(5, "name", nameof(Email));
        builder.CloseElement();
        builder.CloseElement();
    }

    private async Task RegisterAsync()
    {
        var user = new IdentityUser(Email!) { Email = Email };
        await Users.CreateAsync(user);
        await SignIns.SignInAsync(user, isPersistent: false);
        Navigation.NavigateTo("/");
    }
}
