using Microsoft.AspNetCore.Mvc;

namespace Intilery.AspNetCore.Tests.Documentation.Snippets;

[Route("teams")]
public class TeamsController : Controller
{
    [HttpPost]
    [TrackAccountCreated] // GroupId is the result's Id, AccountName the result's Name
    public ActionResult<Team> Create(NewTeam input) => new Team("t1", input.Name);

    [HttpPost("{teamId}/invites")]
    [TrackInviteSent] // teamId, and the e-mail address, names and role of the input
    public IActionResult Invite(string teamId, NewInvite input) => RedirectToAction(nameof(Index), new { teamId });

    [HttpPost("{teamId}/members")]
    [TrackAccountAddedUser(UserIdFrom = "user.id", Role = "Member")] // the signed-in user accepts an invite
    public IActionResult Join(string teamId) => RedirectToAction(nameof(Index), new { teamId });

    [HttpPost("{teamId}/members/{userId}/remove")]
    [TrackAccountRemovedUser] // the member is userId
    public IActionResult Remove(string teamId, string userId) => RedirectToAction(nameof(Index), new { teamId });

    [HttpPost("{teamId}/trial")]
    [TrackTrialStarted(TrialPlanNameFrom = "input.Plan.Name")] // the dates of the result
    public ActionResult<Trial> StartTrial(string teamId, NewTrial input) =>
        new Trial(new DateOnly(2026, 1, 1), new DateOnly(2026, 1, 15));

    [HttpPost("{teamId}/trial/end")]
    [TrackTrialEnded(TrialPlanName = "Business")]
    public IActionResult EndTrial(string teamId, DateTimeOffset startedAt, DateTimeOffset endedAt) => Ok();

    [HttpPost("{teamId}/report")]
    [TrackEvent("Report Exported", Properties = ["format=format", "plan=user.claim(plan)", "source='dashboard'"])]
    public IActionResult Export(string teamId, string format) => File("a,b"u8.ToArray(), "text/csv");

    [HttpPost("{id}/delete")]
    [TrackAccountDeleted] // GroupId is id
    public IActionResult Delete(string id, string name) => Redirect("/");

    [HttpGet("{teamId}")]
    public IActionResult Index(string teamId) => Ok();
}

public record Team(string Id, string Name);

public record NewTeam(string Name);

public record NewInvite(string Email, string? FirstName, string? LastName, string? Role);

public record NewTrial(Plan Plan);

public record Plan(string Name);

public record Trial(DateOnly StartDate, DateOnly EndDate);
