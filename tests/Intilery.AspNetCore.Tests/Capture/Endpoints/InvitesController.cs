using Microsoft.AspNetCore.Mvc;

namespace Intilery.AspNetCore.Tests.Capture.Endpoints;

[Route("invites")]
public sealed class InvitesController : Controller
{
    [HttpPost("send")]
    [TrackInviteSent]
    public IActionResult Send(InviteInput input) => RedirectToAction(nameof(Sent));

    [HttpPost("async")]
    [TrackInviteSent]
    public async Task SendAsync([FromBody] InviteInput input) => await Task.Yield();

    [HttpPost("void")]
    [TrackInviteSent]
    public void SendQuietly([FromBody] InviteInput input) => ModelState.Clear();

    [HttpPost("throw")]
    [TrackInviteSent]
    public IActionResult Throw(InviteInput input) => throw new InvalidOperationException("the action's");

    [HttpPost("swallowed")]
    [TrackInviteSent]
    [AnswersExceptions]
    public IActionResult Swallowed(InviteInput input) => throw new InvalidOperationException("the action's");

    [HttpPost("circuited")]
    [TrackInviteSent]
    [ShortCircuits]
    public IActionResult Circuited(InviteInput input) => Ok();

    [HttpPost("replaced")]
    [TrackInviteSent]
    [ReplacesResult]
    public IActionResult Replaced(InviteInput input) => Ok();

    [HttpPost("broken-view")]
    [TrackInviteSent]
    public IActionResult BrokenView(InviteInput input) => new ThrowingResult();

    [HttpPost("invalid")]
    [TrackInviteSent]
    public IActionResult Invalid(InviteInput input)
    {
        ModelState.AddModelError("input.Email", "is taken");
        return Ok();
    }

    [HttpPost("lenient")]
    [TrackInviteSent(WhenInvalid = true)]
    public IActionResult Lenient(InviteInput input)
    {
        ModelState.AddModelError("input.Email", "is odd");
        return Ok();
    }

    [HttpPost("file")]
    [TrackEvent("Report Exported", Properties = ["format=format"])]
    public FileResult Export(string format) => File("a,b"u8.ToArray(), "text/csv");

    [HttpPost("stream")]
    [TrackEvent("Report Streamed")]
    public async IAsyncEnumerable<int> Stream()
    {
        await Task.Yield();
        yield return 1;
    }

    [HttpPost("skipped")]
    [SkipLifecycleTracking]
    [TrackInviteSent]
    public IActionResult Skipped(InviteInput input) => Ok();

    [HttpPost("several/{teamId}")]
    [TrackInviteSent]
    [TrackEvent("Invite Form Used")]
    [TrackEvent("Team Grown", Properties = ["team=route.teamId"])]
    public IActionResult Several(string teamId, InviteInput input) => Ok();

    [HttpGet("sent")]
    public string Sent() => "sent";
}
