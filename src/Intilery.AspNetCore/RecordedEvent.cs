using System.Text.Json;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore;

/// <summary>One call to Intilery, as it was recorded. See <see cref="ILifecycleEventObserver"/>.</summary>
public sealed class RecordedEvent
{
    private readonly JsonElement _call;

    /// <summary>Initializes a new instance of the <see cref="RecordedEvent"/> class from a call's JSON.</summary>
    /// <param name="json">One call of the API, as a JSON object with at least <c>event</c>.</param>
    /// <exception cref="JsonException"><paramref name="json"/> is not valid JSON.</exception>
    /// <exception cref="ArgumentException"><paramref name="json"/> is not an object with an <c>event</c>.</exception>
    public RecordedEvent(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        using var document = JsonDocument.Parse(json);
        _call = document.RootElement.Clone();
        Json = json;
        Name = Text(_call, "event") ?? throw new ArgumentException("The call has no event.", nameof(json));
    }

    /// <summary>Gets the event's name, for example <c>Signed Up</c>; <c>identify</c> for identify calls.</summary>
    public string Name { get; }

    /// <summary>Gets a value indicating whether it is an identify call and not an event.</summary>
    public bool IsIdentify => Text(_call, "type") == EventNames.Identify;

    /// <summary>Gets the database key of the user; <see langword="null"/> for an event of an anonymous browser.</summary>
    public string? UserId => Text(_call, "userId");

    /// <summary>Gets the website tag's id of the browser, if the event has one.</summary>
    public string? AnonymousId => Text(_call, "anonymousId");

    /// <summary>Gets the tenant (<c>context.groupId</c>), if the event has one.</summary>
    public string? GroupId => Context is { } context ? Text(context, "groupId") : null;

    /// <summary>Gets the unique id of the message.</summary>
    public string? MessageId => Text(_call, "messageId");

    /// <summary>Gets when it happened, in UTC.</summary>
    public DateTimeOffset? Timestamp =>
        _call.TryGetProperty("timestamp", out var timestamp) && timestamp.TryGetDateTimeOffset(out var at) ? at : null;

    /// <summary>Gets the properties of an event; <see langword="null"/> for identify.</summary>
    public JsonElement? Properties => Member("properties");

    /// <summary>Gets the traits of an identify call; <see langword="null"/> for events.</summary>
    public JsonElement? Traits => Member("traits");

    /// <summary>Gets the context (group, browser, library), if there is any.</summary>
    public JsonElement? Context => Member("context");

    /// <summary>Gets the whole call, without <c>sentAt</c>, which delivery adds.</summary>
    public string Json { get; }

    /// <inheritdoc />
    public override string ToString() => Json;

    private static string? Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private JsonElement? Member(string name) => _call.TryGetProperty(name, out var value) ? value : null;
}
