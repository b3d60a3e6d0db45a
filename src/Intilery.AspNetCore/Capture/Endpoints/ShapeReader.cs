using System.IO.Pipelines;
using System.Reflection;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.RazorPages.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>Reads what paths can find on each kind of endpoint.</summary>
internal static class ShapeReader
{
    private static readonly Type[] _special =
    [
        typeof(HttpContext),
        typeof(HttpRequest),
        typeof(HttpResponse),
        typeof(ClaimsPrincipal),
        typeof(CancellationToken),
        typeof(IFormFile),
        typeof(IFormFileCollection), typeof(IFormCollection), typeof(Stream), typeof(PipeReader),
    ];

    public static EndpointShape OfAction(ControllerActionDescriptor action, IReadOnlyCollection<string> routeParameters) => new(
        action.DisplayName ?? action.MethodInfo.Name,
        [.. action.Parameters.Select((parameter, index) => new EndpointArgument(parameter.Name, parameter.ParameterType, IsInput(parameter)) { Index = index })],
        routeParameters,
        ResultShapeReader.Read(action.MethodInfo.ReturnType, Produced(action)));

    public static EndpointShape OfPage(
        CompiledPageActionDescriptor page, HandlerMethodDescriptor handler, IReadOnlyCollection<string> routeParameters) => new(
        $"{page.DisplayName} ({handler.MethodInfo.Name})",
        [
            .. handler.Parameters.Select((parameter, index) =>
                new EndpointArgument(parameter.Name, parameter.ParameterType, IsInput(parameter)) { Index = index }),
            .. page.BoundProperties.OfType<PageBoundPropertyDescriptor>().Select(bound =>
                new EndpointArgument(bound.Property.Name, bound.ParameterType, IsInput(bound)) { Property = bound.Property }),
        ],
        routeParameters,
        ResultShapeReader.Read(handler.MethodInfo.ReturnType, []));

    public static EndpointShape OfHandler(
        string name, MethodInfo method, IReadOnlyCollection<string> routeParameters, IEnumerable<object> metadata, IServiceProvider services) => new(
        name,
        [.. method.GetParameters().Select((parameter, index) =>
            new EndpointArgument(parameter.Name ?? string.Empty, parameter.ParameterType, IsInput(parameter, services)) { Index = index })],
        routeParameters,
        FastEndpoint.ClassOf(metadata) is null ? ResultShapeReader.Read(method.ReturnType, metadata) : ResultShape.Nothing);

    // Only what the action itself declares: conventions add what every action of the application may answer.
    private static IEnumerable<object> Produced(ControllerActionDescriptor action) =>
        action.MethodInfo.GetCustomAttributes(inherit: true).OfType<IProducesResponseTypeMetadata>();

    private static bool IsInput(ParameterDescriptor parameter) =>
        !IsSpecial(parameter.ParameterType)
        && parameter.BindingInfo?.BindingSource is var source
        && source != BindingSource.Services && source != BindingSource.Special;

    private static bool IsInput(ParameterInfo parameter, IServiceProvider services)
    {
        if (IsSpecial(parameter.ParameterType))
        {
            return false;
        }

        var attributes = parameter.GetCustomAttributes().ToList();
        if (attributes.Exists(attribute => attribute is IFromServiceMetadata or FromKeyedServicesAttribute))
        {
            return false;
        }

        // As the framework decides: a parameter without an attribute whose type is registered is a service.
        return attributes.Exists(
            attribute => attribute is IBindingSourceMetadata
                or IFromBodyMetadata
                or IFromQueryMetadata
                or IFromRouteMetadata
                or IFromFormMetadata
                or AsParametersAttribute)
            || services.GetService<IServiceProviderIsService>()?.IsService(parameter.ParameterType) != true;
    }

    private static bool IsSpecial(Type type) => Array.Exists(_special, special => special.IsAssignableFrom(type));
}

/// <summary>
/// An endpoint of the package FastEndpoints, which binds requests and writes responses itself, within what it returns to routing: of its
/// values only those of the route and of the user can be had. It does not add the attributes of the class to the endpoint.
/// </summary>
internal static class FastEndpoint
{
    // The package is none of ours.
    private const string Definition = "FastEndpoints.EndpointDefinition";

    private static readonly string[] _handlers = ["HandleAsync", "ExecuteAsync"];

    /// <summary>Returns the class of the endpoint; <see langword="null"/> if it is none of that package's.</summary>
    public static Type? ClassOf(IEnumerable<object> metadata) =>
        metadata.FirstOrDefault(item => item.GetType().FullName == Definition) is { } definition
        ? definition.GetType().GetProperty("EndpointType")?.GetValue(definition) as Type
        : null;

    /// <summary>Returns what the class and its handler ask for.</summary>
    public static IEnumerable<object> AsksOf(Type type) => EndpointEvents.OutsideIn(type)
        .Concat(type.GetMethods().Where(method => _handlers.Contains(method.Name)).SelectMany(EndpointEvents.OutsideIn));

    public static string Advice(string ask) =>
        $"Write Options(route => route.{ask.Split('(')[0]}(…)) in Configure, with paths to values of the route or of the user, or use ILifecycleTracker in the handler.";
}

/// <summary>Reads from a return type, and from what the endpoint declares that it produces, what a success carries.</summary>
internal static class ResultShapeReader
{
    private static readonly Type[] _successes =
        [typeof(Ok<>), typeof(Created<>), typeof(CreatedAtRoute<>), typeof(Accepted<>), typeof(AcceptedAtRoute<>), typeof(JsonHttpResult<>)];

    public static ResultShape Read(Type returnType, IEnumerable<object> metadata)
    {
        var type = Awaited(returnType);
        if (type == typeof(void) || type == typeof(Task) || type == typeof(ValueTask))
        {
            return ResultShape.Nothing;
        }

        if (Definition(type) == typeof(ActionResult<>))
        {
            type = type.GetGenericArguments()[0];
        }

        if (!typeof(IActionResult).IsAssignableFrom(type) && !typeof(IResult).IsAssignableFrom(type) && type != typeof(object))
        {
            return IsStream(type) ? ResultShape.Nothing : new ResultShape([type], IsOpen: false);
        }

        var typed = Typed(type).ToList();
        if (typed.Count == 0)
        {
            typed = [.. metadata.OfType<IProducesResponseTypeMetadata>()
                .Where(produces => produces.StatusCode is >= 200 and < 300 && produces.Type is not null && produces.Type != typeof(void))
                .Select(produces => produces.Type!)
                .Where(produced => !typeof(IResult).IsAssignableFrom(produced) && !typeof(IActionResult).IsAssignableFrom(produced))
                .Distinct()];
        }

        return typed.Count > 0 ? new ResultShape(typed, IsOpen: false) : IsClosed(type) ? ResultShape.Nothing : ResultShape.Open;
    }

    // The values of typed results that are a success; of several that a union names, all.
    private static IEnumerable<Type> Typed(Type type)
    {
        if (typeof(INestedHttpResult).IsAssignableFrom(type) && type.IsGenericType)
        {
            return type.GetGenericArguments().SelectMany(Typed).Distinct();
        }

        return Definition(type) is { } definition && _successes.Contains(definition) ? [type.GetGenericArguments()[0]] : [];
    }

    // Typed results that carry nothing, and unions of nothing else.
    private static bool IsClosed(Type type) =>
        type.Namespace == typeof(Ok<>).Namespace && type != typeof(RedirectToRouteHttpResult);

    private static Type Awaited(Type type) =>
        Definition(type) is { } definition && (definition == typeof(Task<>) || definition == typeof(ValueTask<>))
        ? type.GetGenericArguments()[0]
        : type;

    // What is still running when the endpoint returns is not looked at: reading it would take it from the response.
    private static bool IsStream(Type type) =>
        Definition(type) == typeof(IAsyncEnumerable<>)
        || type.GetInterfaces().Any(contract => Definition(contract) == typeof(IAsyncEnumerable<>))
        || typeof(Stream).IsAssignableFrom(type);

    private static Type? Definition(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition() : null;
}
