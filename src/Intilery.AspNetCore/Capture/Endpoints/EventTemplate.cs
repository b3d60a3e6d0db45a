using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>
/// An attribute's event: its properties, and how the event is created from their values. The attributes themselves are inert metadata.
/// </summary>
/// <param name="Attribute">The attribute's name, as it is written.</param>
/// <param name="Properties">The properties.</param>
/// <param name="PrefersResult">Whether the result is searched for names before the arguments are.</param>
/// <param name="Create">Makes the event of its values.</param>
internal sealed record EventTemplate(
    string Attribute, IReadOnlyList<AttributeProperty> Properties, bool PrefersResult, Func<EventValues, LifecycleEvent> Create)
{
    private const string GroupId = nameof(LifecycleEventAttribute.GroupId);
    private const string UserId = "UserId";

    /// <summary>Gets what is wrong with the attribute itself.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];

    public static EventTemplate Of(LifecycleEventAttribute attribute)
    {
        if (attribute is TrackEventAttribute custom)
        {
            return CustomEventTemplate.Of(custom, [Group(attribute), User(attribute)]);
        }

        var definition = DefinitionOf(attribute);
        var group = definition.IsOfAccount
            ? Group(attribute) with { IsRequired = true, Names = EventDefinition.OwnIds, MayBeArgument = !definition.PrefersResult }
            : Group(attribute) with { Names = EventDefinition.AccountIds };
        var user = definition.IsOfMember
            ? User(attribute) with { IsRequired = true, MayBeList = true, Names = EventDefinition.MemberIds }
            : User(attribute);
        return new EventTemplate(
            NameOf(attribute),
            // What there must be decides first which collection the events are of.
            [.. new[] { group, user }.Concat(definition.Properties.Select(property => AttributeProperty.Of(attribute, property))).OrderBy(property => !property.IsRequired)],
            definition.PrefersResult,
            values => Make(definition, values));
    }

    /// <summary>Returns an attribute's name as it is written.</summary>
    public static string NameOf(LifecycleEventAttribute attribute) => attribute is TrackEventAttribute custom
        ? $"TrackEvent(\"{custom.Name}\")"
        : attribute.GetType().Name[..^nameof(System.Attribute).Length];

    /// <summary>Returns the nearer attribute, completed by the properties that only a farther one of the same event sets.</summary>
    public static LifecycleEventAttribute Merged(LifecycleEventAttribute farther, LifecycleEventAttribute nearer)
    {
        LifecycleEventAttribute merged = nearer is TrackEventAttribute custom
            ? new TrackEventAttribute(custom.Name) { Properties = [.. (((TrackEventAttribute)farther).Properties ?? []).Where(entry => !IsSaid(custom, entry)), .. custom.Properties ?? []] }
            : (LifecycleEventAttribute)Activator.CreateInstance(nearer.GetType())!;
        foreach (var property in nearer.GetType()
            .GetProperties()
            .Where(property => property.CanWrite && property.PropertyType == typeof(string)))
        {
            // A literal and a path set the same property.
            var other = property.Name.EndsWith("From", StringComparison.Ordinal) ? property.Name[..^"From".Length] : property.Name + "From";
            var isSaid = property.GetValue(nearer) is not null || nearer.GetType().GetProperty(other)?.GetValue(nearer) is not null;
            property.SetValue(merged, property.GetValue(isSaid ? nearer : farther));
        }

        merged.OnStatus = nearer.OnStatus ?? farther.OnStatus;
        merged.WhenInvalid = nearer.WhenInvalid || farther.WhenInvalid;
        return merged;
    }

    private static bool IsSaid(TrackEventAttribute nearer, string entry) =>
        Array.Exists(nearer.Properties ?? [], own => own?.Split('=')[0].Trim() == entry?.Split('=')[0].Trim());

    // Track{Record}Attribute.
    private static EventDefinition DefinitionOf(LifecycleEventAttribute attribute) =>
        EventNames.Definitions.Values.First(definition => NameOf(attribute) == "Track" + EventNames.Specified[definition.Name].Name);

    private static LifecycleEvent Make(EventDefinition definition, EventValues values)
    {
        var made = definition.Create() with { GroupId = values.Text(GroupId), UserId = values.Text(UserId) };
        foreach (var property in definition.Properties)
        {
            object? value = property.Kind == ValueKind.Date
                ? values.Date(property.Member) is { } date
                ? new UtcDateTime(date)
                : null
                : values.Text(property.Member);
            made = value is null ? made : property.Set(made, value);
        }

        return made;
    }

    private static AttributeProperty Group(LifecycleEventAttribute it) => new(GroupId, it.GroupId, it.GroupIdFrom);

    private static AttributeProperty User(LifecycleEventAttribute it) => new(UserId, null, it.UserIdFrom) { TakesLiteral = false };
}

/// <summary>One property of an event, as its attribute sets it: a literal, a path, or neither, in which case it is found by name.</summary>
/// <param name="Name">The name of the attribute's property, without <c>From</c>.</param>
/// <param name="Literal">The literal, if any.</param>
/// <param name="Path">The path, if any.</param>
internal sealed record AttributeProperty(string Name, string? Literal, string? Path)
{
    public ValueKind Kind { get; init; } = ValueKind.Text;

    /// <summary>Gets a value indicating whether it is required for the event.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Gets the names that unmistakably mean it; see <see cref="EventProperty.FoundBy"/>.</summary>
    public IReadOnlyList<string[]> Names { get; init; } = [];

    /// <summary>Gets a value indicating whether a list of plain values may stand for it, one event each.</summary>
    public bool MayBeList { get; init; }

    /// <summary>Gets a value indicating whether a list of plain values is one value, written one after another.</summary>
    public bool MayBeJoined { get; init; }

    /// <summary>Gets a value indicating whether an argument that is a plain value may be it.</summary>
    public bool MayBeArgument { get; init; } = true;

    /// <summary>Gets the name of the attribute's property that takes the path.</summary>
    public string PathName { get; init; } = Name + "From";

    /// <summary>Gets a value indicating whether the attribute has a property for a literal.</summary>
    public bool TakesLiteral { get; init; } = true;

    /// <summary>Gets the names that are looked for, for messages.</summary>
    public string Tried => string.Join(", ", Names.SelectMany(rank => rank));

    /// <summary>Reads how an attribute sets a property of its event.</summary>
    public static AttributeProperty Of(LifecycleEventAttribute attribute, EventProperty property)
    {
        var type = attribute.GetType();
        var literal = type.GetProperty(property.Member);
        return new AttributeProperty(
            property.Member,
            (string?)literal?.GetValue(attribute),
            (string?)type.GetProperty(property.Member + "From")?.GetValue(attribute))
        {
            Kind = property.Kind,
            IsRequired = property.IsRequired,
            MayBeList = property.MayBeList,
            MayBeJoined = property.MayBeJoined,
            Names = property.FoundBy,
            TakesLiteral = literal is not null,
        };
    }
}

/// <summary>Reads the properties of a custom event, which are written as <c>name=path</c> or <c>name='literal'</c>.</summary>
internal static class CustomEventTemplate
{
    // Apart from the properties that every attribute has.
    private const string Prefix = "Properties: ";

    public static EventTemplate Of(TrackEventAttribute attribute, IReadOnlyList<AttributeProperty> common)
    {
        var errors = new List<string>();
        try
        {
            // Created once, because the constructor refuses an invalid name.
            _ = new CustomEvent(attribute.Name);
        }
        catch (ArgumentException exception)
        {
            errors.Add($"cannot have that name: {exception.Message.Split(" (Parameter", 2)[0]}");
        }

        var names = new List<string>();
        var own = new List<AttributeProperty>();
        foreach (var entry in attribute.Properties ?? [])
        {
            var at = entry?.IndexOf('=', StringComparison.Ordinal) ?? -1;
            var name = at > 0 ? entry![..at].Trim() : string.Empty;
            var value = at > 0 ? entry![(at + 1)..].Trim() : string.Empty;
            if (name.Length == 0 || value.Length == 0)
            {
                errors.Add($"has the property '{entry}', which is neither name=path nor name='literal'.");
            }
            else if (names.Contains(name))
            {
                errors.Add($"has the property '{name}' twice.");
            }
            else
            {
                var isLiteral = value.Length > 1 && value[0] == '\'' && value[^1] == '\'';
                names.Add(name);
                own.Add(new AttributeProperty(Prefix + name, isLiteral ? value[1..^1] : null, isLiteral ? null : value)
                {
                    Kind = ValueKind.Simple, PathName = Prefix + name,
                });
            }
        }

        return new EventTemplate(
            EventTemplate.NameOf(attribute),
            [.. common, .. own],
            PrefersResult: false,
            values => new CustomEvent(attribute.Name)
            {
                GroupId = values.Text("GroupId"), UserId = values.Text("UserId"), Properties = values.Simple(Prefix, names),
            })
        {
            Errors = errors,
        };
    }
}

/// <summary>The values of an event's properties, by the properties' names.</summary>
internal sealed class EventValues(IReadOnlyDictionary<string, object?> values)
{
    public string? Text(string name) => ValueTypes.TextOf(values.GetValueOrDefault(name));

    public DateTimeOffset? Date(string name) => ValueTypes.DateOf(values.GetValueOrDefault(name));

    /// <summary>Returns those that have a value, as JSON can write them.</summary>
    public IReadOnlyDictionary<string, object?> Simple(string prefix, IEnumerable<string> names) => names
        .Select(name => KeyValuePair.Create(name, ValueTypes.SimpleOf(values.GetValueOrDefault(prefix + name))))
        .Where(pair => pair.Value is not null)
        .ToDictionary(StringComparer.Ordinal);
}
