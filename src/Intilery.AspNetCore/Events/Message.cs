using System.Text.Json;

namespace Intilery.AspNetCore.Events;

/// <summary>One call to the API before serialization: <c>track</c> if it carries an event, <c>identify</c> if it carries traits.</summary>
internal sealed record Message
{
    /// <summary>Gets the event of a track call; <see langword="null"/> for identify.</summary>
    public LifecycleEvent? Event { get; init; }

    /// <summary>Gets the traits of an identify call; <see langword="null"/> for track.</summary>
    public Profile? Traits { get; init; }

    /// <summary>Gets the custom traits of an identify call, if any.</summary>
    public IReadOnlyDictionary<string, object?>? FreeTraits { get; init; }

    /// <summary>Gets the properties or traits that replace all others after an enricher has changed them.</summary>
    public IReadOnlyDictionary<string, object?>? Content { get; init; }

    public string? UserId { get; init; }

    public string? AnonymousId { get; init; }

    public string? GroupId { get; init; }

    /// <summary>Gets the browser's context: only if the message's user is the person at that browser.</summary>
    public BrowserContext? Browser { get; init; }

    public MessageOrigin? Origin { get; init; }

    public string? MessageId { get; init; }

    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>
    /// Gets a value indicating whether a backfill created it: it is delivered after all others, and does not count as the person's
    /// activity.
    /// </summary>
    public bool IsBackfill { get; init; }

    /// <summary>Gets the value of the API's <c>event</c> member: the event's name, or the literal <c>identify</c>.</summary>
    public string EventName => Event?.Name ?? EventNames.Identify;

    /// <summary>Writes the object that <c>properties</c> or <c>traits</c> is, its texts cut if asked to.</summary>
    public void WriteContent(Utf8JsonWriter json, int maxValueLength = EventText.MaxValueLength)
    {
        if (maxValueLength == EventText.MaxValueLength && (Content ?? (Event as CustomEvent)?.Properties) is FreeProperties written)
        {
            json.WriteRawValue(written.Json, skipInputValidation: true);
            return;
        }

        var writer = new PropertyWriter(json, maxValueLength);
        json.WriteStartObject();
        if (Content is not null)
        {
            FreeProperties.Write(Content, writer);
        }
        else
        {
            Event?.WriteProperties(writer);
            Traits?.WriteTraits(writer);
            FreeProperties.Write(FreeTraits ?? FreeProperties.None, writer);
        }

        json.WriteEndObject();
    }
}
