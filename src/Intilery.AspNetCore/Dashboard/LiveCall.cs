using System.Text.Json;

namespace Intilery.AspNetCore.Dashboard;

/// <summary>What the page reads of a call: who, what, where, and the id that names it.</summary>
internal readonly record struct LiveCall(string? MessageId, string? Event, string? UserId, string? AccountId)
{
    public static LiveCall Of(ReadOnlySpan<byte> utf8)
    {
        var call = default(LiveCall);
        var reader = new Utf8JsonReader(utf8);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            if (reader.CurrentDepth == 1)
            {
                call = reader.ValueTextEquals("context"u8) ? call with { AccountId = GroupOf(ref reader) }
                    : reader.ValueTextEquals("messageId"u8) ? call with { MessageId = Text(ref reader) }
                    : reader.ValueTextEquals("event"u8) ? call with { Event = Text(ref reader) }
                    : reader.ValueTextEquals("userId"u8) ? call with { UserId = Text(ref reader) }
                    : Passed(ref reader, call);
            }
        }

        return call;
    }

    private static LiveCall Passed(ref Utf8JsonReader reader, LiveCall call)
    {
        reader.Skip();
        return call;
    }

    private static string? Text(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;

    private static string? GroupOf(ref Utf8JsonReader reader)
    {
        string? group = null;
        var depth = reader.CurrentDepth;
        while (reader.Read() && !(reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == depth))
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == depth + 1)
            {
                if (reader.ValueTextEquals("groupId"u8))
                {
                    group = Text(ref reader);
                }
                else
                {
                    reader.Skip();
                }
            }
        }

        return group;
    }
}
