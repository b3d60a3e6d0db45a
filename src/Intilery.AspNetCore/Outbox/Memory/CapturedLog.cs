using System.Text.Json;
using Intilery.AspNetCore.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Outbox.Memory;

/// <summary>One readable line per event, where nothing is delivered, to show what would be.</summary>
/// <param name="diagnostics">Where the log is.</param>
/// <param name="showsContent">
/// Whether the line has the event's properties, which are personal data; else it is at Debug, with ids alone.
/// </param>
internal sealed class CapturedLog(LifecycleDiagnostics diagnostics, bool showsContent)
{
    public void Write(OutboxRow row)
    {
        if (!diagnostics.Log.IsEnabled(showsContent ? LogLevel.Information : LogLevel.Debug))
        {
            return;
        }

        using var call = JsonDocument.Parse(row.Payload);
        var group = (Member(call.RootElement, "context") is { } context ? Member(context, "groupId") : null)?.GetString() ?? "none";
        if (showsContent)
        {
            var content = Member(call.RootElement, "properties") ?? Member(call.RootElement, "traits");
            diagnostics.Log.Captured(row.EventName, row.UserId, group, content?.GetRawText() ?? "{}");
        }
        else
        {
            diagnostics.Log.CapturedOnly(row.EventName, row.UserId, group, Member(call.RootElement, "messageId")?.GetString());
        }
    }

    private static JsonElement? Member(JsonElement parent, string name) => parent.TryGetProperty(name, out var member) ? member : null;
}
