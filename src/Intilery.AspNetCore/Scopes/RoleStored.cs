using System.Text.Json.Serialization;

namespace Intilery.AspNetCore.Scopes;

/// <summary>A stored claim that names a user's role was committed: the role of a membership that was committed in the same scope.</summary>
internal sealed record RoleStored : CapturedFact
{
    /// <inheritdoc />
    [JsonIgnore]
    public override string EventName => "role claim";

    public required string Role { get; init; }
}
