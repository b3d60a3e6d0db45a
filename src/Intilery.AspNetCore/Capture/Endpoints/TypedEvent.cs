using System.Security.Claims;
using Intilery.AspNetCore.Events;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>The events of one function on one endpoint.</summary>
internal sealed class TypedEvent(string endpoint, TypedEventMetadata metadata, IReadOnlyList<Func<EndpointValues, object?>> parameters)
    : IEndpointEvent
{
    public string Source => $"{endpoint} .{metadata}";

    public bool WhenInvalid => false;

    public bool ReadsTenant => false;

    public bool Accepts(int status) => EndpointStatus.IsSuccess(null, status);

    public EndpointReading Read(EndpointValues values, int atMost)
    {
        var (taken, over) = (new List<LifecycleEvent>(), 0);
        foreach (var one in Make(values).OfType<LifecycleEvent>())
        {
            if (taken.Count < atMost)
            {
                taken.Add(one);
            }
            else
            {
                over++;
            }
        }

        return new EndpointReading(taken.Count, over, _ => taken);
    }

    private IEnumerable<LifecycleEvent?> Make(EndpointValues values)
    {
        var arguments = new object?[parameters.Count];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = parameters[i](values);
            if (!metadata.Parameters[i].Type.IsInstanceOfType(arguments[i]))
            {
                // A result of another type, or none: this call creates no event.
                return [];
            }
        }

        return metadata.Create(arguments) ?? [];
    }
}

/// <summary>
/// A function that makes events of an endpoint's arguments and result, which it finds by its parameters' types and names.
/// </summary>
/// <param name="Parameters">Its parameters.</param>
/// <param name="Create">The function.</param>
internal sealed record TypedEventMetadata(
    IReadOnlyList<TypedEventParameter> Parameters, Func<IReadOnlyList<object?>, IEnumerable<LifecycleEvent?>?> Create)
{
    /// <param name="function">The function as the application wrote it.</param>
    /// <param name="create">Calls it.</param>
    public static TypedEventMetadata Of(Delegate function, Func<IReadOnlyList<object?>, IEnumerable<LifecycleEvent?>?> create)
    {
        // The delegate knows the types; the method knows the names, and may have a bound one before them.
        var types = function.GetType().GetMethod(nameof(Action.Invoke))!.GetParameters();
        var names = function.Method.GetParameters().TakeLast(types.Length);
        return new TypedEventMetadata(
            [.. types.Zip(names, (type, name) => new TypedEventParameter(type.ParameterType, name.Name ?? string.Empty))], create);
    }

    public override string ToString() => $"Track(({string.Join(", ", Parameters)}) => ...)";
}

/// <summary>A parameter of a function that makes events.</summary>
/// <param name="Type">Its type, by which it is found.</param>
/// <param name="Name">Its name, by which it is found if the type is ambiguous.</param>
internal sealed record TypedEventParameter(Type Type, string Name)
{
    public override string ToString() => $"{ValueTypes.NameOf(Type)} {Name}".TrimEnd();
}

/// <summary>
/// Finds what a function's parameters are on an endpoint, by their types: an argument each, or what is left over the result. Where
/// a type fits several, the names decide.
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
        return fitting.Find(argument => argument.Name == parameter.Name)
            ?? fitting.Find(argument => PathRoots.Is(argument.Name, parameter.Name));
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
        if (hasResult
            && (fitting.TrueForAll(used.Contains) || (PathRoots.Is(parameter.Name, PathRoots.Result) && Named(parameter) is null)))
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
        .Concat(
            shape.Result.Types.Select(
                result => $"{PathRoots.Result} ({ValueTypes.NameOf(result)})"))) is { Length: > 0 } list ? list : "none";
}
