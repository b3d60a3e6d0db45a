using System.Text.Json;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Scopes;

/// <summary>
/// Reads the website tag's id of a browser. Current versions of the tag write it as plain text, older ones as a JSON string. Anyone can set
/// any value, so a value that is not a valid id counts as none.
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

        // A tag without an id writes these texts: as an id they would merge many browsers.
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
