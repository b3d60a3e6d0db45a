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
