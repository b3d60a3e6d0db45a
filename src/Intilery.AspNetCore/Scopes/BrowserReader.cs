using System.Text;
using Intilery.AspNetCore.Events;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
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
        var referrer = Uri.TryCreate(request.Headers.Referer, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? uri
            : null;
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
            ? EventText.Captured(
                languages.MaxBy(language => language.Quality ?? 1)?.Value.Value is { } first && first != "*" ? first : null)
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

        string? Parameter(string name) =>
            EventText.Captured(parameters.TryGetValue(name, out var values) ? values[0] : null, EventText.MaxCampaignLength);
    }
}

/// <summary>
/// The page of an event: its path without the query, and with the names of route parameters instead of their values, which may
/// be codes or other people's ids. Parameters that only select the endpoint (area, controller, action, page) keep their values.
/// </summary>
internal static class PagePath
{
    private static readonly string[] _structural = ["area", "controller", "action", "page"];

    /// <summary>
    /// Returns the page, or <see langword="null"/> where no route distinguishes parameters in the path: in a branch by path,
    /// in middleware, before routing.
    /// </summary>
    public static string? Of(HttpContext context)
    {
        var request = context.Request;
        if (context.GetEndpoint() is not RouteEndpoint { RoutePattern: var pattern })
        {
            return null;
        }

        if (pattern.Parameters.Count == 0)
        {
            return request.PathBase.Add(request.Path).Value ?? "/";
        }

        var path = new StringBuilder(request.PathBase.Value);
        foreach (var segment in pattern.PathSegments)
        {
            var text = string.Concat(segment.Parts.Select(part => Render(part, request.RouteValues)));
            if (text.Length > 0)
            {
                path.Append('/').Append(text);
            }
        }

        return path.Length == 0 ? "/" : path.ToString();
    }

    private static string? Render(RoutePatternPart part, RouteValueDictionary values) => part switch
    {
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternSeparatorPart separator => separator.Content,
        RoutePatternParameterPart parameter when !values.TryGetValue(parameter.Name, out var value) || value is null => null,
        RoutePatternParameterPart parameter when _structural.Contains(parameter.Name, StringComparer.OrdinalIgnoreCase) =>
            values[parameter.Name]?.ToString(),
        RoutePatternParameterPart parameter => $"{{{parameter.Name}}}",
        _ => null,
    };
}
