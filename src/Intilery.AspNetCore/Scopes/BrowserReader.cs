using Intilery.AspNetCore.Events;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Intilery.AspNetCore.Scopes;

/// <summary>Reads the browser's context from a request. Every value is untrusted, and so bounded and cleaned.</summary>
internal sealed class BrowserReader(IOptionsMonitor<IntileryOptions> options, AnonymousIdReader anonymousIds)
{
    public BrowserContext Read(HttpContext context)
    {
        var request = context.Request;
        var referrer = Uri.TryCreate(request.Headers.Referer, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : null;
        var hasPage = options.CurrentValue.Privacy.PageUrl != PageUrlPolicy.None;
        return new BrowserContext
        {
            AnonymousId = anonymousIds.Read(context, OwnPage(request, referrer)),
            UserAgent = EventText.Captured(request.Headers.UserAgent, EventText.MaxCapturedPathLength),
            Locale = Locale(request),
            Ip = options.CurrentValue.Privacy.Ip ? context.Connection.RemoteIpAddress?.ToString() : null,
            PagePath = hasPage ? EventText.Captured(PagePath.Of(context), EventText.MaxCapturedPathLength) : null,
            Referrer = hasPage ? EventText.Captured(referrer?.GetLeftPart(UriPartial.Authority)) : null,
            Campaign = CampaignOf(request, referrer),
        };
    }

    private static string? Locale(HttpRequest request)
    {
        // The first language is the preferred one; "*" is none.
        return StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptLanguage, out var languages)
            ? EventText.Captured(languages.MaxBy(language => language.Quality ?? 1)?.Value.Value is { } first && first != "*" ? first : null)
            : null;
    }

    // A form is posted without the parameters of its page: they are in the page's address, which is the referrer.
    private static Campaign? CampaignOf(HttpRequest request, Uri? referrer) =>
        CampaignOf(request.QueryString.Value) ?? CampaignOf(OwnPage(request, referrer));

    private static string? OwnPage(HttpRequest request, Uri? referrer) =>
        string.Equals(referrer?.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase) ? referrer?.Query : null;

    private static Campaign? CampaignOf(string? query)
    {
        if (query is null || !query.Contains("utm_", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var parameters = QueryHelpers.ParseQuery(query);
        var campaign = new Campaign
        {
            Name = Parameter("utm_campaign"),
            Source = Parameter("utm_source"),
            Medium = Parameter("utm_medium"),
            Term = Parameter("utm_term"),
            Content = Parameter("utm_content"),
        };
        return campaign == new Campaign() ? null : campaign;

        string? Parameter(string name) => EventText.Captured(parameters.TryGetValue(name, out var values) ? values[0] : null, EventText.MaxCampaignLength);
    }
}
