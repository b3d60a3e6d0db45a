using System.Text.Json;
using System.Text.Json.Serialization;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Scopes;

/// <summary>
/// An event that the application tracked. <see cref="CapturedFact.UserId"/> is the user whom the event names, or who was signed in
/// when it was tracked; empty if the user is only known at the end of the scope.
/// </summary>
internal sealed record EventTracked : CapturedFact
{
    /// <inheritdoc />
    [JsonIgnore]
    public override string EventName => Event.Name;

    /// <inheritdoc />
    /// <remarks>Custom names are unbounded, so they share one metric name.</remarks>
    [JsonIgnore]
    public override string Kind => Event is CustomEvent ? "custom event" : Event.Name;

    /// <summary>Gets the event as the application tracked it, validated.</summary>
    [JsonConverter(typeof(LifecycleEventConverter))]
    public required LifecycleEvent Event { get; init; }

    /// <inheritdoc />
    [JsonIgnore]
    public override LifecycleEvent? TrackedEvent => Event;

    /// <summary>Gets a value indicating whether it was captured from a mapped row instead of tracked by code.</summary>
    public bool IsSeen { get; init; }

    /// <summary>Gets a value indicating whether it is a membership that the application tracks: the user is the member.</summary>
    [JsonIgnore]
    public bool IsMembership => Event is AccountAddedUser or AccountRemovedUser;

    /// <summary>
    /// Gets the profile of the member's row, which is read when the scope commits; <see langword="null"/> if there is no row, the member is
    /// known, or the event is no membership.
    /// </summary>
    [JsonIgnore]
    public Profile? Member { get; init; }

    /// <summary>Gets the tenant of the current principal: the account of events that name none.</summary>
    public string? TenantId { get; init; }

    /// <summary>Creates an event of a mapped row, whose user is the scope's.</summary>
    public static EventTracked Seen(LifecycleEvent seen, DateTimeOffset at) =>
        new() { Key = MessageIds.Next(), UserId = string.Empty, At = at, Event = seen, IsSeen = true };

    /// <inheritdoc />
    public override CapturedFact WithTenant(string? tenantId) => this with { TenantId = tenantId };
}

/// <summary>
/// The name of an account changed that was created in the same scope. It becomes no event of its own: Account Created has the last name.
/// </summary>
internal sealed record AccountRenamed : CapturedFact
{
    /// <inheritdoc />
    [JsonIgnore]
    public override string EventName => "change of an account";

    public required string GroupId { get; init; }

    /// <summary>Gets the new name; <see langword="null"/> if it was removed.</summary>
    public string? Name { get; init; }
}

/// <summary>
/// The end or the plan of a running trial changed in its mapped row. It becomes no event, but updates the trial clock's schedule.
/// </summary>
internal sealed record TrialMoved : CapturedFact
{
    /// <inheritdoc />
    [JsonIgnore]
    public override string EventName => "change of a trial";

    /// <summary>Gets the trial as it is now.</summary>
    public required TrialStarted Trial { get; init; }
}

/// <summary>Serializes an event under its name, which selects the record for deserialization.</summary>
internal sealed class LifecycleEventConverter : JsonConverter<LifecycleEvent>
{
    private const string Custom = "custom";

    public override LifecycleEvent? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        reader.Read();
        var name = reader.TokenType == JsonTokenType.PropertyName ? reader.GetString()! : throw new JsonException();
        reader.Read();
        var type = name == Custom
            ? typeof(CustomEvent)
            : EventNames.Specified.GetValueOrDefault(name) ?? throw new JsonException($"Unknown event '{name}'.");
        var tracked = (LifecycleEvent?)JsonSerializer.Deserialize(ref reader, options.GetTypeInfo(type));
        reader.Read();
        return tracked;
    }

    public override void Write(Utf8JsonWriter writer, LifecycleEvent value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WritePropertyName(value is CustomEvent ? Custom : value.Name);
        JsonSerializer.Serialize(writer, value, options.GetTypeInfo(value.GetType()));
        writer.WriteEndObject();
    }
}
