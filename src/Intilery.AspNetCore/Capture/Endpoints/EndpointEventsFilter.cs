using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>
/// Observes actions and page handlers that ask for events. It is the innermost filter: what filters around it short-circuit never
/// comes here, the arguments are those that the action gets, and an exception is seen before an exception filter answers it.
/// </summary>
internal sealed class EndpointEventsFilter(EndpointRecorder recorder, ActionEvents events)
    : IAsyncActionFilter, IAsyncPageFilter, IOrderedFilter
{
    public int Order => int.MaxValue;

    public async Task OnActionExecutionAsync(ActionExecutingContext context, ActionExecutionDelegate next)
    {
        var executed = await next().ConfigureAwait(false);
        if (!recorder.IsOn || executed.Canceled || context.ActionDescriptor is not ControllerActionDescriptor action)
        {
            return;
        }

        if (executed.Exception is not null)
        {
            recorder.Threw(() => events.Of(action, context.HttpContext));
        }
        else
        {
            await recorder.RecordAsync(() => events.Of(action, context.HttpContext), () => new EndpointValues(
                context.HttpContext,
                [.. action.Parameters.Select(parameter => context.ActionArguments.TryGetValue(parameter.Name, out var value) ? value : null)],
                null,
                executed.Result), executed.ModelState.IsValid).ConfigureAwait(false);
        }
    }

    public Task OnPageHandlerSelectionAsync(PageHandlerSelectedContext context) => Task.CompletedTask;

    public async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        var executed = await next().ConfigureAwait(false);
        if (!recorder.IsOn || executed.Canceled || context.HandlerMethod is not { } handler)
        {
            return;
        }

        if (executed.Exception is not null)
        {
            recorder.Threw(() => events.Of(context.ActionDescriptor, handler, context.HttpContext));
        }
        else
        {
            await recorder.RecordAsync(() => events.Of(context.ActionDescriptor, handler, context.HttpContext), () => new EndpointValues(
                context.HttpContext,
                [.. handler.Parameters.Select(parameter => context.HandlerArguments.TryGetValue(parameter.Name, out var value) ? value : null)],
                context.HandlerInstance,
                executed.Result), executed.ModelState.IsValid).ConfigureAwait(false);
        }
    }
}
