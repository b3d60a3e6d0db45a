using System.Text.Json.Serialization;

namespace Intilery.AspNetCore.Scopes;

/// <summary>A user's row was deleted; the transaction committed.</summary>
internal sealed record UserDeleted : CapturedFact
{
    /// <inheritdoc />
    [JsonIgnore]
    public override string EventName => "deletion of a user";
}
