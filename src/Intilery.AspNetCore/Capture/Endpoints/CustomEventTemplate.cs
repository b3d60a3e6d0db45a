
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>Reads the properties of a custom event, which are written as <c>name=path</c> or <c>name='literal'</c>.</summary>
internal static class CustomEventTemplate
{
    // Apart from the properties that every attribute has.
    private const string Prefix = "Properties: ";

    public static EventTemplate Of(TrackEventAttribute attribute, IReadOnlyList<EventProperty> common)
    {
        var errors = new List<string>();
        try
        {
            // Made once to hear whether the name can be one.
            _ = new CustomEvent(attribute.Name);
        }
        catch (ArgumentException exception)
        {
            errors.Add($"cannot have that name: {exception.Message.Split(" (Parameter", 2)[0]}");
        }

        var names = new List<string>();
        var own = new List<EventProperty>();
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
                own.Add(new EventProperty(Prefix + name, isLiteral ? value[1..^1] : null, isLiteral ? null : value)
                {
                    Kind = ValueKind.Simple, PathName = Prefix + name,
                });
            }
        }

        return new EventTemplate(
            EventTemplates.NameOf(attribute),
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
