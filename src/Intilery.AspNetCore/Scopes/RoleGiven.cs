using System.Text.Json.Serialization;

namespace Intilery.AspNetCore.Scopes;

/// <summary>
/// A user was given a role that the options exclude; the transaction committed. It becomes no event, and excludes the user's other facts.
/// </summary>
internal sealed record RoleGiven : CapturedFact
{
    /// <inheritdoc />
    [JsonIgnore]
    public override string EventName => "excluded role";
}
