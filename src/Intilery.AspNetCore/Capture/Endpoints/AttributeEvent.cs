using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>The events of one attribute on one endpoint: its properties' sources, found and compiled.</summary>
internal sealed class AttributeEvent(
    string endpoint,
    LifecycleEventAttribute attribute,
    EventTemplate template,
    IReadOnlyList<PropertySource> sources,
    LifecycleDiagnostics diagnostics)
    : IEndpointEvent
{
    // All that go through a collection go through the same one.
    private readonly EventPath? _collection = sources.FirstOrDefault(source => source.Path?.Collection is not null)?.Path;

    public string Source => $"{endpoint} [{template.Attribute}]";

    public bool WhenInvalid => attribute.WhenInvalid;

    public bool ReadsTenant { get; } = sources.Any(source => source.Path?.IsTenant == true);

    public bool Accepts(int status) => EndpointStatus.IsSuccess(attribute.OnStatus, status);

    public EndpointReading Read(EndpointValues values, int atMost)
    {
        var read = ReadAll(values, atMost, out var over);
        return new EndpointReading(read.Count, over, tenant => [.. read.Select(one => Make(one, tenant)).OfType<LifecycleEvent>()]);
    }

    private List<Dictionary<string, object?>> ReadAll(EndpointValues values, int atMost, out int over)
    {
        over = 0;
        if (_collection is null)
        {
            over = atMost > 0 ? 0 : 1;
            return atMost > 0 && ReadOne(values, null) is { } one ? [one] : [];
        }

        if (Guard(_collection.Text, () => Elements(_collection.Read(values), atMost)) is not { } elements)
        {
            diagnostics.Incomplete(Source, _collection.Collection!);
            return [];
        }

        over = elements.More;
        return [.. elements.Taken.Select(element => ReadOne(values, element)).OfType<Dictionary<string, object?>>()];
    }

    // What is no collection in memory is not read: it may be a query, or the response itself. The limit is on the elements, whether or not
    // each has what its event needs: a client decides how many there are, not how many of them cost nothing.
    private static (List<object> Taken, int More)? Elements(object? collection, int atMost)
    {
        if (ValueTypes.Elements(collection) is not { } elements)
        {
            return null;
        }

        var (taken, more) = (new List<object>(), 0);
        foreach (var element in elements)
        {
            if (element is not null && taken.Count < atMost)
            {
                taken.Add(element);
            }
            else if (element is not null)
            {
                more++;
            }
        }

        return (taken, more);
    }

    private Dictionary<string, object?>? ReadOne(EndpointValues values, object? element)
    {
        var read = new Dictionary<string, object?>(sources.Count, StringComparer.Ordinal);
        foreach (var source in sources.Where(source => source.Path?.IsTenant != true))
        {
            if (!TryAdd(read, source, Guard(source.Property.Name, () => source.Read(values, element))))
            {
                return null;
            }
        }

        return read;
    }

    private LifecycleEvent? Make(Dictionary<string, object?> read, string? tenant) =>
        sources.Where(source => source.Path?.IsTenant == true).All(source => TryAdd(read, source, tenant))
            ? template.Create(new EventValues(read))
            : null;

    private bool TryAdd(Dictionary<string, object?> read, PropertySource source, object? value)
    {
        if (source.Property.IsRequired && ValueTypes.TextOf(value) is null)
        {
            diagnostics.Incomplete(
                Source,
                source.IsFoundByName ? $"{source.Property.Name}, which was looked for as {source.Property.Tried}" : source.Property.Name);
            return false;
        }

        if (source.Property.Kind == ValueKind.Date && ValueTypes.TextOf(value) is not null && ValueTypes.DateOf(value) is null)
        {
            diagnostics.NoDate(Source, source.Property.Name, source.Place);
        }

        read[source.Property.Name] = value;
        return true;
    }

    private T? Guard<T>(string property, Func<T?> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception)
        {
            // The host's own getter failed: its request continues, and the event is sent without the value.
            diagnostics.Failed($"reading {property} for {Source}", exception);
            return default;
        }
    }
}

/// <summary>
/// Where an event's property comes from: a literal, a path, or, if neither, whatever the result turns out to have by its name.
/// </summary>
internal sealed record PropertySource(AttributeProperty Property, string? Literal, EventPath? Path)
{
    /// <summary>Gets a value indicating whether the member is looked up in the result at run time.</summary>
    public bool IsFoundByName => Literal is null && Path is null;

    /// <summary>Gets where the value comes from, for messages: the path, or where it was looked for by name.</summary>
    public string Place => Path?.Text ?? $"a member of {PathRoots.Result}";

    /// <summary>Returns the value for one element of the collection, or for the one event if there is no collection.</summary>
    public object? Read(EndpointValues values, object? element) =>
        Literal ?? (Path is null ? NameSearch.FindIn(values.Result, Property)
            : Path.Collection is null ? Path.Read(values)
            : Path.ReadElement(element));
}
