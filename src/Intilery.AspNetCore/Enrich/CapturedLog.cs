using System.Buffers;
using System.Text;
using System.Text.Json;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Enrich;

/// <summary>One readable line per event, where nothing is delivered and somebody wants to see what would be.</summary>
internal sealed class CapturedLog(LifecycleDiagnostics diagnostics, bool isOn)
{
    public void Write(Message message)
    {
        if (!isOn || !diagnostics.Log.IsEnabled(LogLevel.Information))
        {
            return;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            message.WriteContent(new PropertyWriter(json));
            json.WriteEndObject();
        }

        diagnostics.Log.Captured(message.EventName, message.UserId, message.GroupId ?? "none", Encoding.UTF8.GetString(buffer.WrittenSpan));
    }
}
