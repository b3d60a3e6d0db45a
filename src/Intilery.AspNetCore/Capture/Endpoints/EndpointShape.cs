using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>What paths can find on an endpoint.</summary>
/// <param name="Name">The endpoint's name, for messages.</param>
/// <param name="Arguments">Its arguments and bound page properties.</param>
/// <param name="RouteParameters">The names of its routes' parameters.</param>
/// <param name="Result">What is known of its result.</param>
internal sealed record EndpointShape(
    string Name, IReadOnlyList<EndpointArgument> Arguments, IReadOnlyCollection<string> RouteParameters, ResultShape Result)
{
    /// <summary>Lists what paths can begin with.</summary>
    public string Available() => string.Join(", ", Arguments
        .Select(argument => argument.Name)
        .Concat(RouteParameters.Select(parameter => $"{PathRoots.Route}.{parameter}"))
        .Concat(Result.IsNothing ? [] : [PathRoots.Result])
        .Append($"{PathRoots.User}.{string.Join('|', PathRoots.UserWords)}"));
}

/// <summary>An argument of an endpoint, or a bound property of its page.</summary>
/// <param name="Name">Its name, with which paths begin.</param>
/// <param name="Type">Its declared type.</param>
/// <param name="IsInput">Whether it is input: services and the like are found by a path, but not by name.</param>
internal sealed record EndpointArgument(string Name, Type Type, bool IsInput)
{
    /// <summary>Gets its place among the arguments; nothing for a page's property.</summary>
    public int Index { get; init; }

    /// <summary>Gets the page's property; <see langword="null"/> for an argument.</summary>
    public PropertyInfo? Property { get; init; }

    /// <summary>Returns what reads it.</summary>
    public Func<EndpointValues, object?> Reader()
    {
        if (Property is null)
        {
            return values => Index < values.Arguments.Count ? values.Arguments[Index] : null;
        }

        var read = MemberReader.Of(Property);
        return values => values.Page is { } page ? read(page) : null;
    }
}

/// <summary>The declared result of an endpoint.</summary>
/// <param name="Types">The types that a success carries.</param>
/// <param name="IsOpen">Whether the declared type is open (<c>IActionResult</c>), so that the type is only known at run time.</param>
internal sealed record ResultShape(IReadOnlyList<Type> Types, bool IsOpen)
{
    public static ResultShape Nothing { get; } = new([], false);

    public static ResultShape Open { get; } = new([], true);

    public bool IsNothing => Types.Count == 0 && !IsOpen;
}

/// <summary>
/// What one call of an endpoint had and gave: its arguments, in the order of its shape, its page, if any, and its result.
/// </summary>
internal sealed record EndpointValues(HttpContext Context, IReadOnlyList<object?> Arguments, object? Page, object? Answer)
{
    /// <summary>Gets the object inside the answer: what <c>result</c> is in paths.</summary>
    public object? Result { get; } = AnswerReader.ValueOf(Answer);
}
