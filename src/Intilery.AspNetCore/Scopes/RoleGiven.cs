using System.Text.Json.Serialization;

namespace Intilery.AspNetCore.Scopes;

/// <summary>A user was given a role whose people the options leave out, and that was committed. It is no event, and says that nothing of the user's is.</summary>
internal sealed record RoleGiven : CapturedFact
{
    /// <inheritdoc />
    [JsonIgnore]
    public override string EventName => "excluded role";
}
