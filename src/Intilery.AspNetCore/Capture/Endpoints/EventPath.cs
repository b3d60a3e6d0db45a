namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>A way to a value, found and compiled: from its root member by member; what is missing on the way is nothing.</summary>
/// <param name="Text">The path, for people.</param>
/// <param name="Type">The type of the value, or of the elements' values; <see langword="null"/> if only the value itself tells.</param>
/// <param name="Root">Reads what the path begins with.</param>
/// <param name="Steps">Reads the members, up to the collection if there is one.</param>
internal sealed record EventPath(string Text, Type? Type, Func<EndpointValues, object?> Root, IReadOnlyList<Func<object, object?>> Steps)
{
    /// <summary>Gets the part of the path up to the collection that it goes through; <see langword="null"/> if it goes through none.</summary>
    public string? Collection { get; init; }

    /// <summary>
    /// Gets a value indicating whether it is the tenant of who is at work, which is not read from the call: the application's resolver may
    /// have to be asked for it.
    /// </summary>
    public bool IsTenant { get; init; }

    /// <summary>Gets what reads the members of an element.</summary>
    public IReadOnlyList<Func<object, object?>> ElementSteps { get; init; } = [];

    /// <summary>Returns the value; for a path through a collection, the collection.</summary>
    public object? Read(EndpointValues values) => Walk(Root(values), Steps);

    /// <summary>Returns the value of an element.</summary>
    public object? ReadElement(object? element) => Walk(element, ElementSteps);

    private static object? Walk(object? value, IReadOnlyList<Func<object, object?>> steps)
    {
        foreach (var step in steps)
        {
            if (value is null)
            {
                return null;
            }

            value = step(value);
        }

        return value;
    }
}
