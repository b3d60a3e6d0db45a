using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>Finds what a function's parameters are on an endpoint: an argument each, or what is left over the result.</summary>
internal sealed class TypedEventBuilder(EndpointShape shape)
{
    public TypedEvent? Build(TypedEventMetadata metadata, ICollection<string> errors)
    {
        var readers = new List<Func<EndpointValues, object?>>();
        var used = new List<EndpointArgument>();
        foreach (var type in metadata.Types)
        {
            if (Reader(type, used, out var fault) is { } reader)
            {
                readers.Add(reader);
            }
            else
            {
                errors.Add($"{shape.Name}: .{metadata} {fault}");
                return null;
            }
        }

        return new TypedEvent(shape.Name, metadata, readers);
    }

    private Func<EndpointValues, object?>? Reader(Type type, List<EndpointArgument> used, out string? fault)
    {
        fault = null;
        if (type == typeof(HttpContext))
        {
            return values => values.Context;
        }

        if (type == typeof(ClaimsPrincipal))
        {
            return values => values.Context.User;
        }

        var fitting = shape.Arguments.Where(argument => type.IsAssignableFrom(argument.Type) && !used.Contains(argument)).ToList();
        if (fitting.Count > 1)
        {
            var exact = fitting.FindAll(argument => argument.Type == type);
            fitting = exact.Count == 1 ? exact : fitting;
        }

        if (fitting.Count == 1)
        {
            used.Add(fitting[0]);
            return fitting[0].Reader();
        }

        if (fitting.Count > 1)
        {
            fault = $"finds several arguments of the type {ValueTypes.NameOf(type)}: {string.Join(", ", fitting.Select(argument => argument.Name))}.";
            return null;
        }

        if (shape.Result.IsOpen || shape.Result.Types.Any(type.IsAssignableFrom))
        {
            return values => values.Result;
        }

        var has = shape.Arguments.Select(argument => $"{argument.Name} ({ValueTypes.NameOf(argument.Type)})")
            .Concat(shape.Result.Types.Select(result => $"{PathRoots.Result} ({ValueTypes.NameOf(result)})"));
        fault = $"finds no argument and no result of the type {ValueTypes.NameOf(type)}. The endpoint has: {(string.Join(", ", has) is { Length: > 0 } list ? list : "none")}.";
        return null;
    }
}
