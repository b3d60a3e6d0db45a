using Intilery.AspNetCore.Browser;
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
        query?.Contains(name, StringComparison.OrdinalIgnoreCase) == true && QueryHelpers.ParseQuery(query).TryGetValue(name, out var values)
            ? AnonymousIdCookie.Parse(values[0])
            : null;
}
