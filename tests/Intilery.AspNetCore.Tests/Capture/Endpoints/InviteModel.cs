using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Intilery.AspNetCore.Tests.Capture.Endpoints;

[IgnoreAntiforgeryToken]
[TrackInviteSent(InviteeRoleFrom = "role")]
public sealed class InviteModel : PageModel
{
    [BindProperty]
    public Form Input { get; set; } = new();

    public void OnGet()
    {
    }

    public IActionResult OnPost(string? role)
    {
        if (Input.Email == "taken@example.com")
        {
            ModelState.AddModelError("Input.Email", "is taken");
            return Page();
        }

        return RedirectToPage();
    }

    [TrackInviteSent(InviteeRole = "Guest")]
    [TrackEvent("Guest Invited", Properties = ["email=Input.Email"])]
    public void OnPostGuest()
    {
    }

    public IActionResult OnPostThrow(string? role) => throw new InvalidOperationException("the page's");

    public sealed class Form
    {
        public string? Email { get; set; }
    }
}
