using System.Text.Json;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Scopes;

/// <summary>
/// The website tag's id of a browser. Current generations of the tag write it bare, older ones as a JSON string; anyone can plant
/// any value, so what is not plainly an id is none.
/// </summary>
internal static class AnonymousIdCookie
{
    public static string? Parse(string? cookie)
    {
        if (string.IsNullOrEmpty(cookie) || cookie.Length > EventText.MaxCapturedLength || cookie[0] is '{' or '[')
        {
            return null;
        }

        var id = cookie[0] == '"' ? Unquote(cookie) : cookie;

        // What a tag wrote when it had no id would be the one id of many strangers.
        return EventText.IsId(id) && id is not ("null" or "undefined") && !id!.Contains('"', StringComparison.Ordinal) ? id : null;
    }

    private static string? Unquote(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, AnonymousIdJson.Default.String);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
