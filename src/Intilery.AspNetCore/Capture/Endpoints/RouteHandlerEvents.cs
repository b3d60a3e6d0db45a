using System.Reflection;
using Intilery.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>
/// Observes the handlers of minimal APIs, by an endpoint filter: the only way to their arguments and results. A marker in
/// the metadata prevents a second one.
/// </summary>
internal sealed class RouteHandlerEvents
{
    private static readonly RouteHandlerEvents _mark = new();

    private RouteHandlerEvents()
    {
    }

    public static bool IsAttached(IEnumerable<object> metadata) => metadata.Any(item => item is RouteHandlerEvents);

    public static void Attach(EndpointBuilder builder)
    {
        if (!IsAttached(builder.Metadata))
        {
            builder.Metadata.Add(_mark);
            builder.FilterFactories.Add((context, next) => Filter(builder, context, next));
        }
    }

    // All conventions have been applied by now: the metadata is whole.
    private static EndpointFilterDelegate Filter(EndpointBuilder builder, EndpointFilterFactoryContext context, EndpointFilterDelegate next)
    {
        if (!EndpointEvents.AreAskedFor(builder.Metadata) || context.ApplicationServices.GetService<EndpointRecorder>() is not { } recorder)
        {
            return next;
        }

        var events = new Lazy<IReadOnlyList<IEndpointEvent>>(() => context.ApplicationServices.GetRequiredService<HandlerEvents>().Of(
            builder.DisplayName ?? "an endpoint",
            context.MethodInfo,
            (builder as RouteEndpointBuilder)?.RoutePattern,
            [.. builder.Metadata]));
        return invocation => recorder.IsOn ? ObserveAsync(recorder, events, invocation, next) : next(invocation);
    }

    private static async ValueTask<object?> ObserveAsync(
        EndpointRecorder recorder,
        Lazy<IReadOnlyList<IEndpointEvent>> events,
        EndpointFilterInvocationContext invocation,
        EndpointFilterDelegate next)
    {
        object? answer;
        try
        {
            answer = await next(invocation).ConfigureAwait(false);
        }
        catch
        {
            recorder.Threw(() => events.Value);
            throw;
        }

        await recorder.RecordAsync(
            () => events.Value,
            () => new EndpointValues(invocation.HttpContext, [.. invocation.Arguments], null, answer),
            isValid: true).ConfigureAwait(false);
        return answer;
    }
}

/// <summary>The events of the handlers of minimal APIs.</summary>
internal sealed class HandlerEvents(EndpointEvents events, IServiceProvider services, LifecycleDiagnostics diagnostics)
{
    /// <summary>Returns the events of a handler. Faults were reported at the start.</summary>
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
        events.Build(
            ShapeReader.OfHandler(name, method, [.. (pattern?.Parameters ?? []).Select(parameter => parameter.Name)], metadata, services),
            metadata,
            errors);
}
