using System.Text.Json.Serialization;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Scopes;

/// <summary>A user signed in: a full sign-in, not an intermediate step, and not a refresh of a live session.</summary>
internal sealed record SignInSucceeded : CapturedFact
{
    /// <inheritdoc />
    [JsonIgnore]
    public override string EventName => EventNames.SignedIn;

    /// <summary>Gets the scheme of the session; <see langword="null"/> if none is known.</summary>
    public string? Scheme { get; init; }

    /// <summary>Gets the tenant of the principal that was signed in.</summary>
    public string? GroupId { get; init; }

    /// <summary>Gets the role in that tenant that the principal names.</summary>
    public string? Role { get; init; }

    public required Profile Profile { get; init; }

    /// <summary>Gets the event as the application tracked it; <see langword="null"/> if authentication was observed.</summary>
    public SignedIn? Tracked { get; init; }

    /// <inheritdoc />
    [JsonIgnore]
    public override LifecycleEvent? TrackedEvent => Tracked;

    /// <inheritdoc />
    public override CapturedFact WithTenant(string? tenantId) => this with { GroupId = tenantId };
}

/// <summary>A session of a user ended by a sign-out. The key is the ticket's: one ticket ends once.</summary>
internal sealed record SignOutSucceeded : CapturedFact
{
    /// <inheritdoc />
    [JsonIgnore]
    public override string EventName => EventNames.SignedOut;

    /// <summary>Gets the scheme of the session; <see langword="null"/> if none is known.</summary>
    public string? Scheme { get; init; }

    /// <summary>Gets the tenant that the session held.</summary>
    public string? GroupId { get; init; }

    public string? Username { get; init; }

    /// <summary>Gets the event as the application tracked it; <see langword="null"/> if authentication was observed.</summary>
    public SignedOut? Tracked { get; init; }

    /// <inheritdoc />
    [JsonIgnore]
    public override LifecycleEvent? TrackedEvent => Tracked;

    /// <summary>Gets a value indicating whether the session was rejected by its validation instead of ended by its user.</summary>
    public bool Revoked { get; init; }

    /// <inheritdoc />
    public override CapturedFact WithTenant(string? tenantId) => this with { GroupId = tenantId };
}
