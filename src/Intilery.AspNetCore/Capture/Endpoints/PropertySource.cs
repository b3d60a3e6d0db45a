namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>Where an event's property comes from: a literal, a path, or, if neither, whatever the result turns out to have by its name.</summary>
internal sealed record PropertySource(EventProperty Property, string? Literal, EventPath? Path)
{
    /// <summary>Gets where the value comes from, for people: the path, or where it was looked for by name.</summary>
    public string Place => Path?.Text ?? $"a member of {PathRoots.Result}";

    /// <summary>Returns the value for one element of the collection, or for the one event if there is no collection.</summary>
    public object? Read(EndpointValues values, object? element) =>
        Literal ?? (Path is null ? NameSearch.FindIn(values.Result, Property)
            : Path.Collection is null ? Path.Read(values)
            : Path.ReadElement(element));
}
