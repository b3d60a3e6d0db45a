using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Intilery.AspNetCore.Tests.Capture.Endpoints;

public sealed class AnswersExceptionsAttribute : ExceptionFilterAttribute
{
    public override void OnException(ExceptionContext context)
    {
        context.Result = new OkObjectResult("all is well");
        context.ExceptionHandled = true;
    }
}
