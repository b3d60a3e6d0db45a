using System.Text.Json;
using Intilery.AspNetCore.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Outbox.Memory;

/// <summary>One readable line per event, where nothing is delivered and somebody wants to see what would be.</summary>
internal sealed class CapturedLog(LifecycleDiagnostics diagnostics)
{
    public void Write(OutboxRow row)
    {
        if (!diagnostics.Log.IsEnabled(LogLevel.Information))
        {
            return;
        }

        using var call = JsonDocument.Parse(row.Payload);
        var content = Member(call.RootElement, "properties") ?? Member(call.RootElement, "traits");
        var group = Member(call.RootElement, "context") is { } context ? Member(context, "groupId") : null;
        diagnostics.Log.Captured(row.EventName, row.UserId, group?.GetString() ?? "none", content?.GetRawText() ?? "{}");
    }

    private static JsonElement? Member(JsonElement parent, string name) => parent.TryGetProperty(name, out var member) ? member : null;
}
