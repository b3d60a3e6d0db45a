using Microsoft.AspNetCore.Mvc;

namespace Intilery.AspNetCore.Tests.Capture.Endpoints;

[ApiController]
[Area("billing")]
[TrackEvent("Accounts Used", Properties = ["by='derived'"])]
public sealed class AccountsController : AccountsControllerBase
{
    [TrackAccountDeleted(AccountName = "Derived")]
    public override IActionResult Delete(string id) => base.Delete(id);

    [HttpPost("{teamId}/members")]
    [TrackAccountAddedUser]
    public async Task<IActionResult> Add(string teamId, MemberInput input)
    {
        await Task.Yield();
        return Ok();
    }

    [HttpDelete("{teamId}/members/{userId}")]
    [TrackAccountRemovedUser]
    public IActionResult Remove(string teamId, Guid userId) => NoContent();

    [HttpPost("{teamId}/trial")]
    [TrackTrialStarted]
    public ActionResult<Trial> Start(string teamId, TrialInput input) =>
        new Trial(new DateTime(2026, 1, 1), new DateTimeOffset(2026, 1, 15, 12, 0, 0, TimeSpan.FromHours(2)), input.PlanName);

    [HttpDelete("{teamId}/trial")]
    [TrackTrialEnded(TrialStartDate = "2026-01-01", TrialPlanName = "Business")]
    public IActionResult End(string teamId, DateOnly endsOn) => NoContent();
}
