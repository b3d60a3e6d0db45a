using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>Compares a whole call with a JSON literal. What differs from run to run is checked for its form and written as "*".</summary>
public static class Payload
{
    private static readonly JsonSerializerOptions _indented = new() { WriteIndented = true };

    public static void Equal(string expected, ReceivedCall call)
    {
        var actual = call.Call.DeepClone().AsObject();
        Mask(actual, "messageId", text => text.Length == 32 && text.All(char.IsAsciiHexDigitLower));
        Mask(actual, "timestamp", IsMoment);
        Mask(actual, "sentAt", IsMoment);
        Mask(actual["context"]?["library"]?.AsObject(), "version", text => char.IsAsciiDigit(text[0]));
        Mask(actual["context"]?["app"]?.AsObject(), "version", text => char.IsAsciiDigit(text[0]));
        Assert.Equal(JsonNode.Parse(expected)!.ToJsonString(_indented), actual.ToJsonString(_indented));
    }

    private static bool IsMoment(string text) => DateTime.TryParseExact(
        text, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out _);

    private static void Mask(JsonObject? parent, string name, Func<string, bool> isWellFormed)
    {
        if ((string?)parent?[name] is { Length: > 0 } value && isWellFormed(value))
        {
            parent[name] = "*";
        }
    }
}
