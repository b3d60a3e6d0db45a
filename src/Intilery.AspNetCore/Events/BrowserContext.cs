using System.Text.Json;

namespace Intilery.AspNetCore.Events;

/// <summary>
/// The browser's context, read from a request. All values are untrusted: bounded and cleaned where they are read. The query string is
/// omitted except for <c>utm_*</c>: Identity's own URLs carry confirmation codes and reset tokens.
/// </summary>
internal sealed record BrowserContext
{
    public string? AnonymousId { get; init; }

    public string? UserAgent { get; init; }

    public string? Locale { get; init; }

    public string? Ip { get; init; }

    /// <summary>Gets the path, with the names of route parameters in place of their values.</summary>
    public string? PagePath { get; init; }

    /// <summary>Gets the origin of the referring page, without path and query.</summary>
    public string? Referrer { get; init; }

    public Campaign? Campaign { get; init; }
}

/// <summary>The <c>utm_*</c> parameters of the page's address.</summary>
internal sealed record Campaign
{
    public string? Name { get; init; }

    public string? Source { get; init; }

    public string? Medium { get; init; }

    public string? Term { get; init; }

    public string? Content { get; init; }
}

/// <summary>Writes a message's <c>context</c>; an empty one is omitted.</summary>
internal static class ContextWriter
{
    public static void Write(Utf8JsonWriter json, Message message)
    {
        if (message is { GroupId: null, Browser: null, Origin: null, IsBackfill: false })
        {
            return;
        }

        var context = new PropertyWriter(json);
        json.WriteStartObject(MessageNames.Context);
        context.Text(MessageNames.GroupId, message.GroupId);
        if (message.IsBackfill)
        {
            // Traits are updated, and "last seen" is not ("Common Fields").
            json.WriteBoolean(MessageNames.Active, false);
        }

        if (message.Browser is { } browser)
        {
            WriteBrowser(json, context, browser);
        }

        message.Origin?.Write(json);
        json.WriteEndObject();
    }

    private static void WriteBrowser(Utf8JsonWriter json, PropertyWriter context, BrowserContext browser)
    {
        context.Text(MessageNames.Ip, browser.Ip);
        context.Text(MessageNames.UserAgent, browser.UserAgent);
        context.Text(MessageNames.Locale, browser.Locale);
        if (browser.PagePath is not null || browser.Referrer is not null)
        {
            json.WriteStartObject(MessageNames.Page);
            context.Text(MessageNames.Path, browser.PagePath);
            context.Text(MessageNames.Referrer, browser.Referrer);
            json.WriteEndObject();
        }

        if (browser.Campaign is { } campaign)
        {
            json.WriteStartObject(MessageNames.Campaign);
            context.Text(MessageNames.Name, campaign.Name);
            context.Text(MessageNames.Source, campaign.Source);
            context.Text(MessageNames.Medium, campaign.Medium);
            context.Text(MessageNames.Term, campaign.Term);
            context.Text(MessageNames.Content, campaign.Content);
            json.WriteEndObject();
        }
    }
}
