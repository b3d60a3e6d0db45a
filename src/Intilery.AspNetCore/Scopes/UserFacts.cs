using System.Text.Json.Serialization;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Scopes;

/// <summary>A user's row was committed.</summary>
internal sealed record UserCreated : CapturedFact
{
    /// <inheritdoc />
    [JsonIgnore]
    public override string EventName => EventNames.SignedUp;

    public required Profile Profile { get; init; }

    /// <summary>Gets a value indicating whether the row has a password; <see langword="null"/> if it has no place for one.</summary>
    public bool? HasPassword { get; init; }

    /// <summary>
    /// Gets a value indicating whether the row is a guest's: it has no e-mail address, phone number or password, and no user name other
    /// than a generated one.
    /// </summary>
    public bool IsGuest { get; init; }

    /// <summary>Gets the tenant that the application's resolver returned.</summary>
    public string? TenantId { get; init; }

    /// <summary>Gets a value indicating whether the confirmation of the e-mail address counts as the sign-up.</summary>
    public bool AwaitsConfirmation { get; init; }

    /// <inheritdoc />
    public override CapturedFact WithTenant(string? tenantId) => this with { TenantId = tenantId };
}

/// <summary>A user's e-mail address was confirmed, where the confirmation counts as the sign-up.</summary>
internal sealed record UserConfirmed : CapturedFact
{
    /// <inheritdoc />
    [JsonIgnore]
    public override string EventName => EventNames.SignedUp;

    /// <summary>A user signs up once, however often an address is confirmed: the same key gives the same message id.</summary>
    public const string OnceKey = "email-confirmed";

    public required Profile Profile { get; init; }

    /// <summary>Gets the one account that the user belongs to at that time.</summary>
    public string? GroupId { get; init; }

    /// <inheritdoc />
    public override CapturedFact WithTenant(string? tenantId) => this with { GroupId = tenantId };
}

/// <summary>
/// The application tracked traits of a user. As for <see cref="EventTracked"/>, the user may be known only at the end of the scope.
/// </summary>
internal sealed record UserIdentified : CapturedFact
{
    /// <inheritdoc />
    [JsonIgnore]
    public override string EventName => EventNames.Identify;

    /// <summary>Gets the reserved traits that are text.</summary>
    public required Profile Profile { get; init; }

    /// <summary>Gets the other traits, as JSON.</summary>
    public required IReadOnlyDictionary<string, object?> Traits { get; init; }

    /// <summary>Gets the tenant of the current principal.</summary>
    public string? TenantId { get; init; }

    /// <inheritdoc />
    public override CapturedFact WithTenant(string? tenantId) => this with { TenantId = tenantId };
}

/// <summary>A change of a user's profile was committed.</summary>
internal sealed record ProfileChanged : CapturedFact
{
    /// <inheritdoc />
    [JsonIgnore]
    public override string EventName => EventNames.Identify;

    /// <summary>Gets the profile after the change.</summary>
    public required Profile Profile { get; init; }
}

/// <summary>
/// A user was given a role that the options exclude; the transaction committed. It becomes no event, and excludes the user's other facts.
/// </summary>
internal sealed record RoleGiven : CapturedFact
{
    /// <inheritdoc />
    [JsonIgnore]
    public override string EventName => "excluded role";
}

/// <summary>A user's row was deleted; the transaction committed.</summary>
internal sealed record UserDeleted : CapturedFact
{
    /// <inheritdoc />
    [JsonIgnore]
    public override string EventName => "deletion of a user";
}
