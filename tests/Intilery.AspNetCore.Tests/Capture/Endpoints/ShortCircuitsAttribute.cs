using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Intilery.AspNetCore.Tests.Capture.Endpoints;

public sealed class ShortCircuitsAttribute : ActionFilterAttribute
{
    public override void OnActionExecuting(ActionExecutingContext context) => context.Result = new OkResult();
}
