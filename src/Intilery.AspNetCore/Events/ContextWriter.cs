using System.Text.Json;

namespace Intilery.AspNetCore.Events;

/// <summary>Writes a message's <c>context</c>; an empty one is left out.</summary>
internal static class ContextWriter
{
    public static void Write(Utf8JsonWriter json, Message message)
    {
        if (message is { GroupId: null, Browser: null, Origin: null })
        {
            return;
        }

        var context = new PropertyWriter(json);
        json.WriteStartObject(MessageNames.Context);
        context.Text(MessageNames.GroupId, message.GroupId);
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
