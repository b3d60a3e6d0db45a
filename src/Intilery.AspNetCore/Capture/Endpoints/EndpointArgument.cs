using System.Reflection;

namespace Intilery.AspNetCore.Capture.Endpoints;

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
