using Microsoft.AspNetCore.Mvc;

namespace Intilery.AspNetCore.Tests.Capture.Endpoints;

[TrackEvent("Accounts Used", Properties = ["by='base'"])]
[Route("[area]/accounts")]
public abstract class AccountsControllerBase : ControllerBase
{
    [HttpPost]
    [TrackAccountCreated]
    public virtual ActionResult<Team> Create([FromBody] TeamInput input) => CreatedAtAction(nameof(Delete), new { id = "t1" }, new Team("t1", input.Name));

    [HttpDelete("{id}")]
    [TrackAccountDeleted(AccountName = "Base")]
    public virtual IActionResult Delete(string id) => NoContent();
}
