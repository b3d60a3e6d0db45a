namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>A way to a value, found and compiled: from its root member by member; what is missing on the way is nothing.</summary>
/// <param name="Text">The path, for messages.</param>
/// <param name="Type">The type of the value, or of the elements' values; <see langword="null"/> if it is only known at run time.</param>
/// <param name="Root">Reads what the path begins with.</param>
/// <param name="Steps">Reads the members, up to the collection if there is one.</param>
internal sealed record EventPath(string Text, Type? Type, Func<EndpointValues, object?> Root, IReadOnlyList<Func<object, object?>> Steps)
{
    /// <summary>
    /// Gets the part of the path up to the collection that it goes through; <see langword="null"/> if it goes through none.
    /// </summary>
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

/// <summary>Follows a path from a declared type, member by member, and through at most one collection.</summary>
internal static class PathWalk
{
    public static EventPath? Walk(
        string text, Type type, IReadOnlyList<string> parts, Func<EndpointValues, object?> root, out string? fault)
    {
        var steps = new List<Func<object, object?>>();
        var elementSteps = new List<Func<object, object?>>();
        string? collection = null;
        var current = type;
        for (var i = 1; i < parts.Count; i++)
        {
            var member = MemberReader.Find(current, parts[i]);
            if (member is null && ValueTypes.ElementOf(current) is { } element)
            {
                if (collection is not null)
                {
                    fault = $"it goes through a collection inside a collection, '{string.Join('.', parts.Take(i))}'.";
                    return null;
                }

                collection = string.Join('.', parts.Take(i));
                current = element;
                member = MemberReader.Find(current, parts[i]);
            }

            if (member is null)
            {
                fault = $"'{string.Join('.', parts.Take(i))}' ({ValueTypes.NameOf(current)}) has no public member '{parts[i]}'. It has: {MemberReader.ListOf(current)}.";
                return null;
            }

            (collection is null ? steps : elementSteps).Add(MemberReader.Guarded(Nullable.GetUnderlyingType(current) ?? current, member));
            current = MemberReader.TypeOf(member);
        }

        fault = null;
        return new EventPath(text, current, root, steps) { Collection = collection, ElementSteps = elementSteps };
    }
}

/// <summary>The words that paths begin with where they do not begin with an argument.</summary>
internal static class PathRoots
{
    public const string Route = "route";
    public const string Result = "result";
    public const string User = "user";
    public const string ClaimStart = "user.claim(";

    /// <summary>Gets what <see cref="User"/> has.</summary>
    public static IReadOnlyList<string> UserWords { get; } = ["id", "name", "email", "tenant", "claim(type)"];

    public static bool IsRoot(string name) =>
        Is(name, Route) || Is(name, Result) || Is(name, User);

    public static bool Is(string name, string root) => string.Equals(name, root, StringComparison.OrdinalIgnoreCase);
}
