using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Intilery.AspNetCore.Tests.Capture.Endpoints;

public sealed class ReplacesResultAttribute : ActionFilterAttribute
{
    public override void OnActionExecuted(ActionExecutedContext context) => context.Result = new ConflictResult();
}
