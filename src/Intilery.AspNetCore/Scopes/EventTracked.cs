using System.Text.Json.Serialization;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Scopes;

/// <summary>
/// The application says that something happened. <see cref="CapturedFact.UserId"/> is the user that the event names or that was at
/// work when it was told; empty if that is only known by the scope's end.
/// </summary>
internal sealed record EventTracked : CapturedFact
{
    /// <inheritdoc />
    [JsonIgnore]
    public override string EventName => Event.Name;

    /// <inheritdoc />
    /// <remarks>The application's own names are as many as it likes.</remarks>
    [JsonIgnore]
    public override string Kind => Event is CustomEvent ? "custom event" : Event.Name;

    /// <summary>Gets the event as the application told it, checked.</summary>
    [JsonConverter(typeof(LifecycleEventConverter))]
    public required LifecycleEvent Event { get; init; }

    /// <inheritdoc />
    [JsonIgnore]
    public override LifecycleEvent? TrackedEvent => Event;

    /// <summary>Gets a value indicating whether nobody told it: it was seen in the application's own tables.</summary>
    public bool IsSeen { get; init; }

    /// <summary>Gets the tenant of the principal that was at work: the account of events that name none.</summary>
    public string? TenantId { get; init; }

    /// <summary>Makes an event of what was seen. Whose it is, its scope knows.</summary>
    public static EventTracked Seen(LifecycleEvent seen, DateTimeOffset at) =>
        new() { Key = MessageIds.Next(), UserId = string.Empty, At = at, Event = seen, IsSeen = true };

    /// <inheritdoc />
    public override CapturedFact WithTenant(string? tenantId) => this with { TenantId = tenantId };
}

/// <summary>An account that was created in the same scope got another name. It is no event: the account is created with its last name.</summary>
internal sealed record AccountRenamed : CapturedFact
{
    /// <inheritdoc />
    [JsonIgnore]
    public override string EventName => "change of an account";

    public required string GroupId { get; init; }

    /// <summary>Gets the name; <see langword="null"/> if it has none any more.</summary>
    public string? Name { get; init; }
}
