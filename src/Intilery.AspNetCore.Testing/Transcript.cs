using System.Text;

namespace Intilery.AspNetCore.Testing;

/// <summary>What was recorded, for the message of a failed test.</summary>
internal static class Transcript
{
    public static string Of(IReadOnlyList<RecordedEvent> events, IReadOnlyList<SuppressedEvent> suppressed)
    {
        var text = new StringBuilder(events.Count == 0 ? "Nothing was recorded." : "Recorded:");
        foreach (var recorded in events)
        {
            text.Append(Environment.NewLine).Append("  ").Append(recorded.Json);
        }

        if (suppressed.Count > 0)
        {
            text.Append(Environment.NewLine).Append("No events:");
            foreach (var (fact, reason) in suppressed)
            {
                text.Append(Environment.NewLine).Append("  ").Append(fact).Append(": ").Append(reason);
            }
        }

        return text.ToString();
    }
}
