using System.Text.Json.Serialization;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Scopes;

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
