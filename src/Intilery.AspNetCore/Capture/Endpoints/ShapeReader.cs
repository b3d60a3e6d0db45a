using System.IO.Pipelines;
using System.Reflection;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
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
        typeof(HttpContext), typeof(HttpRequest), typeof(HttpResponse), typeof(ClaimsPrincipal), typeof(CancellationToken), typeof(IFormFile),
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
        ResultShapeReader.Read(method.ReturnType, metadata));

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

        // As the framework decides: what says nothing, and is registered, is a service.
        return attributes.Exists(attribute => attribute is IBindingSourceMetadata or IFromBodyMetadata or IFromQueryMetadata or IFromRouteMetadata or IFromFormMetadata or AsParametersAttribute)
            || services.GetService<IServiceProviderIsService>()?.IsService(parameter.ParameterType) != true;
    }

    private static bool IsSpecial(Type type) => Array.Exists(_special, special => special.IsAssignableFrom(type));
}
