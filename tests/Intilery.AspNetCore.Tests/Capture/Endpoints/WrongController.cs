using Microsoft.AspNetCore.Mvc;

namespace Intilery.AspNetCore.Tests.Capture.Endpoints;

[Route("wrong")]
public sealed class WrongController : ControllerBase
{
    [HttpPost]
    [TrackInviteSent(InviteeEmailFrom = "input.Mail")]
    public IActionResult Send(InviteInput input) => Ok();
}
