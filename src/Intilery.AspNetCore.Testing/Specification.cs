using System.Globalization;
using System.Text.Json;

namespace Intilery.AspNetCore.Testing;

/// <summary>
/// The properties of each event of Intilery's B2B SaaS specification (its section "Events"), and what does not keep to it.
/// </summary>
internal static class Specification
{
    private static readonly string[] _trial = ["trial_start_date", "trial_end_date", "trial_plan_name"];

    private static readonly Dictionary<string, string[]> _events = new(StringComparer.Ordinal)
    {
        ["Account Created"] = ["account_name"],
        ["Account Deleted"] = ["account_name"],
        ["Signed Up"] = ["type", "first_name", "last_name", "email", "phone", "username", "title"],
        ["Signed In"] = ["username"],
        ["Signed Out"] = ["username"],
        ["Invite Sent"] = ["invitee_email", "invitee_first_name", "invitee_last_name", "invitee_role"],
        ["Account Added User"] = ["role"],
        ["Account Removed User"] = [],
        ["Trial Started"] = _trial,
        ["Trial Ended"] = _trial,
    };

    public static IEnumerable<string> FaultsOf(RecordedEvent recorded, IReadOnlyCollection<string> customProperties)
    {
        if (_events.TryGetValue(recorded.Name, out var names))
        {
            return PropertiesOf(recorded).SelectMany(property => FaultsOf(recorded, names, property, customProperties))
                .Concat(EnvelopeFaultsOf(recorded, recorded.UserId, "userId"));
        }

        return EnvelopeFaultsOf(recorded, recorded.UserId ?? recorded.AnonymousId, "userId or anonymousId");
    }

    private static JsonElement.ObjectEnumerator PropertiesOf(RecordedEvent recorded) =>
        recorded.Properties is { ValueKind: JsonValueKind.Object } properties ? properties.EnumerateObject() : default;

    private static IEnumerable<string> EnvelopeFaultsOf(RecordedEvent recorded, string? id, string name)
    {
        if (string.IsNullOrWhiteSpace(id))
        {
            yield return $"{recorded.Name}: no {name}.";
        }

        if ((recorded.IsIdentify ? recorded.Traits : recorded.Properties) is not { ValueKind: JsonValueKind.Object })
        {
            yield return $"{recorded.Name}: no {(recorded.IsIdentify ? "traits" : "properties")}.";
        }

        if (string.IsNullOrEmpty(recorded.MessageId))
        {
            yield return $"{recorded.Name}: no messageId.";
        }

        if (recorded.Timestamp is not { Offset.Ticks: 0 })
        {
            yield return $"{recorded.Name}: no timestamp in UTC.";
        }
    }

    private static IEnumerable<string> FaultsOf(
        RecordedEvent recorded, string[] names, JsonProperty property, IReadOnlyCollection<string> customProperties)
    {
        if (customProperties.Contains(property.Name))
        {
            yield break;
        }

        if (!names.Contains(property.Name, StringComparer.Ordinal))
        {
            yield return $"{recorded.Name}: '{property.Name}' is not one of its properties.";
        }
        else if (property.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Null))
        {
            yield return $"{recorded.Name}: '{property.Name}' is {property.Value.GetRawText()}, but must be a string.";
        }
        else if (property.Name.EndsWith("_date", StringComparison.Ordinal) && property.Value.GetString() is { } date && !IsIsoDate(date))
        {
            yield return $"{recorded.Name}: '{property.Name}' is '{date}', but must be an ISO-8601 date.";
        }
    }

    private static bool IsIsoDate(string text) => DateTimeOffset.TryParseExact(
        text,
        ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"],
        CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal,
        out _);
}
