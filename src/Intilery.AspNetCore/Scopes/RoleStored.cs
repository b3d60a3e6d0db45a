using System.Text.Json.Serialization;

namespace Intilery.AspNetCore.Scopes;

/// <summary>A stored role claim of a user was committed: it is the role of a membership that is committed in the same scope.</summary>
internal sealed record RoleStored : CapturedFact
{
    /// <inheritdoc />
    [JsonIgnore]
    public override string EventName => "role claim";

    public required string Role { get; init; }
}
