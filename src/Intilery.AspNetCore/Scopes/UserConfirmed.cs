using System.Text.Json.Serialization;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Scopes;

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
