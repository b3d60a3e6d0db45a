using Microsoft.AspNetCore.Mvc.ApplicationModels;
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

/// <summary>Puts the filter on the actions and pages that ask for events, and on no others: theirs cost nothing.</summary>
internal sealed class EndpointEventsConvention(EndpointEventsFilter filter) : IApplicationModelConvention, IPageApplicationModelConvention
{
    public void Apply(ApplicationModel application)
    {
        foreach (var action in application.Controllers.SelectMany(controller => controller.Actions))
        {
            var selectors = action.Selectors.Concat(action.Controller.Selectors).SelectMany(selector => selector.EndpointMetadata);
            if (EndpointEvents.AreAskedFor([.. action.Controller.Attributes, .. action.Attributes, .. selectors]))
            {
                action.Filters.Add(filter);
            }
        }
    }

    public void Apply(PageApplicationModel model)
    {
        var own = model.HandlerMethods.SelectMany(handler => handler.Attributes);
        if (EndpointEvents.AreAskedFor([.. PageHandlerMetadata.OfPage(model.PageType, model.HandlerType), .. own]))
        {
            model.Filters.Add(filter);
        }
    }
}
