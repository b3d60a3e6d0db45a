using System.Reflection;
using Intilery.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>The events of the handlers of minimal APIs.</summary>
internal sealed class HandlerEvents(EndpointEvents events, IServiceProvider services, LifecycleDiagnostics diagnostics)
{
    /// <summary>Returns what a handler asks for; what is wrong has been said at the start.</summary>
    public IReadOnlyList<IEndpointEvent> Of(string name, MethodInfo method, RoutePattern? pattern, IReadOnlyList<object> metadata)
    {
        var errors = new List<string>();
        var built = Of(name, method, pattern, metadata, errors);
        foreach (var error in errors)
        {
            diagnostics.Log.EndpointRefused(error);
        }

        return built;
    }

    /// <summary>Returns what a handler asks for, and adds what is wrong with it to the errors.</summary>
    public IReadOnlyList<IEndpointEvent> Of(
        string name, MethodInfo method, RoutePattern? pattern, IReadOnlyList<object> metadata, ICollection<string> errors) =>
        events.Build(ShapeReader.OfHandler(name, method, [.. (pattern?.Parameters ?? []).Select(parameter => parameter.Name)], metadata, services), metadata, errors);
}
