using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>
/// Finds what a function's parameters are on an endpoint, by their types: an argument each, or what is left over the result. Where
/// a type fits several, the names tell.
/// </summary>
internal sealed class TypedEventBuilder(EndpointShape shape)
{
    /// <summary>Returns the events, or <see langword="null"/> after adding to the errors.</summary>
    public TypedEvent? Build(TypedEventMetadata metadata, ICollection<string> errors)
    {
        var named = metadata.Parameters.Select(parameter => IsAmbiguous(parameter, metadata) ? Named(parameter) : null).ToList();
        var used = named.OfType<EndpointArgument>().ToList();
        var readers = new List<Func<EndpointValues, object?>>();
        var isFaulty = false;
        for (var i = 0; i < named.Count; i++)
        {
            string? fault = null;
            if ((named[i]?.Reader() ?? Typed(metadata.Parameters[i], used, out fault)) is { } reader)
            {
                readers.Add(reader);
            }
            else
            {
                errors.Add($"{shape.Name}: .{metadata} {fault}");
                isFaulty = true;
            }
        }

        return isFaulty ? null : new TypedEvent(shape.Name, metadata, readers);
    }

    private static bool IsRequest(Type type) => type == typeof(HttpContext) || type == typeof(ClaimsPrincipal);

    // Two parameters of one type are as ambiguous as two arguments.
    private bool IsAmbiguous(TypedEventParameter parameter, TypedEventMetadata metadata) =>
        !IsRequest(parameter.Type)
        && (Fitting(parameter.Type).Count > 1 || metadata.Parameters.Count(other => other.Type == parameter.Type) > 1);

    // Of those that fit, the ones that are of the very type, if any is.
    private List<EndpointArgument> Fitting(Type type)
    {
        var fitting = shape.Arguments.Where(argument => type.IsAssignableFrom(argument.Type)).ToList();
        var exact = fitting.FindAll(argument => argument.Type == type);
        return exact.Count > 0 ? exact : fitting;
    }

    private EndpointArgument? Named(TypedEventParameter parameter)
    {
        var fitting = Fitting(parameter.Type);
        return fitting.Find(argument => argument.Name == parameter.Name) ?? fitting.Find(argument => PathRoots.Is(argument.Name, parameter.Name));
    }

    private Func<EndpointValues, object?>? Typed(TypedEventParameter parameter, List<EndpointArgument> used, out string? fault)
    {
        fault = null;
        if (IsRequest(parameter.Type))
        {
            return parameter.Type == typeof(HttpContext) ? values => values.Context : values => values.Context.User;
        }

        var fitting = Fitting(parameter.Type);
        var hasResult = shape.Result.IsOpen || shape.Result.Types.Any(parameter.Type.IsAssignableFrom);
        if (hasResult && (fitting.TrueForAll(used.Contains) || (PathRoots.Is(parameter.Name, PathRoots.Result) && Named(parameter) is null)))
        {
            return values => values.Result;
        }

        if (fitting.Count == 1 && !used.Contains(fitting[0]))
        {
            used.Add(fitting[0]);
            return fitting[0].Reader();
        }

        // What the names leave over is not guessed: a name that is wrong would take another's value.
        fault = fitting.Count > 1
            ? $"finds several arguments of the type {ValueTypes.NameOf(parameter.Type)}, and none of them is named '{parameter.Name}': "
                + $"{string.Join(", ", fitting.Select(argument => argument.Name))}. Give the parameter the name of the one that it is."
            : $"finds no argument and no result of the type {ValueTypes.NameOf(parameter.Type)} for '{parameter.Name}'. The endpoint has: {Has()}.";
        return null;
    }

    private string Has() => string.Join(", ", shape.Arguments
        .Select(argument => $"{argument.Name} ({ValueTypes.NameOf(argument.Type)})")
        .Concat(shape.Result.Types.Select(result => $"{PathRoots.Result} ({ValueTypes.NameOf(result)})"))) is { Length: > 0 } list ? list : "none";
}
