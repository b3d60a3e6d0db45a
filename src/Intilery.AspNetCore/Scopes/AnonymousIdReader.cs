using System.Text.Json;
using System.Text.Json.Serialization;
using Intilery.AspNetCore.Browser;
using Intilery.AspNetCore.Events;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Scopes;

/// <summary>
/// Finds the website tag's id of a request's browser: in the tag's cookie, else in the properties that were carried
/// to the login provider and back, else in the address, where a link from another site passes it. The order
/// prevents a link from replacing a browser's own id. The tag's user id is never used: anyone can set one.
/// </summary>
internal sealed class AnonymousIdReader(IOptionsMonitor<IntileryOptions> options, TrackingConsent consent)
{
    /// <summary>Returns the id, or <see langword="null"/> if there is none or consent is missing.</summary>
    /// <param name="context">The request.</param>
    /// <param name="ownPage">The query of the page of this application that was open, if any: a form is posted without it.</param>
    public string? Read(HttpContext context, string? ownPage)
    {
        if (!consent.IsGiven(context))
        {
            return null;
        }

        var settings = options.CurrentValue.Browser;
        return AnonymousIdCookie.Parse(context.Request.Cookies[settings.AnonymousIdName])
            ?? CarriedAnonymousId.Of(context)
            ?? FromQuery(context.Request.QueryString.Value, settings.AnonymousIdParameter)
            ?? FromQuery(ownPage, settings.AnonymousIdParameter);
    }

    private static string? FromQuery(string? query, string name) =>
        query?.Contains(name, StringComparison.OrdinalIgnoreCase) == true
            && QueryHelpers.ParseQuery(query).TryGetValue(name, out var values)
            ? AnonymousIdCookie.Parse(values[0])
            : null;
}

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

/// <summary>Reads one JSON string without reflection.</summary>
[JsonSerializable(typeof(string))]
internal sealed partial class AnonymousIdJson : JsonSerializerContext;

/// <summary>
/// Carries the browser's id to a login provider and back, in the authentication properties, which data protection protects: a
/// provider that answers with a cross-site form post sends none of the site's cookies.
/// </summary>
internal sealed class CarriedAnonymousId(string id)
{
    public const string Item = "intilery.anonymous_id";

    public static string? Of(HttpContext context) => context.Features.Get<CarriedAnonymousId>()?.Id;

    public static void Put(AuthenticationProperties properties, string anonymousId) => properties.Items[Item] = anonymousId;

    /// <summary>Stores the returned id for the request. Returns whether there is one.</summary>
    public static bool Find(HttpContext context, AuthenticationProperties? properties)
    {
        if (properties is null
            || !properties.Items.TryGetValue(Item, out var value)
            || AnonymousIdCookie.Parse(value) is not { } anonymousId)
        {
            return false;
        }

        context.Features.Set(new CarriedAnonymousId(anonymousId));
        return true;
    }

    public static bool IsIn(AuthenticationProperties properties) => properties.Items.ContainsKey(Item);

    public static void Remove(AuthenticationProperties properties) => properties.Items.Remove(Item);

    private string Id { get; } = id;
}
