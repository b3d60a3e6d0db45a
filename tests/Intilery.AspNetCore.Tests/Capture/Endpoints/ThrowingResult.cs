using Microsoft.AspNetCore.Mvc;

namespace Intilery.AspNetCore.Tests.Capture.Endpoints;

public sealed class ThrowingResult : ActionResult
{
    public override void ExecuteResult(ActionContext context) => throw new InvalidOperationException("the view's");
}
