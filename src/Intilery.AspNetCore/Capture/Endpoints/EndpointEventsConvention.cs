using Microsoft.AspNetCore.Mvc.ApplicationModels;

namespace Intilery.AspNetCore.Capture.Endpoints;

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
        if (EndpointEvents.AreAskedFor([.. PageAsks.OfPage(model.PageType, model.HandlerType), .. own]))
        {
            model.Filters.Add(filter);
        }
    }
}
