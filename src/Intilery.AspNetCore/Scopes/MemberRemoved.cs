using System.Text.Json.Serialization;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Scopes;

/// <summary>A user is no longer a member of an account; the transaction committed. The user id is the member's.</summary>
internal sealed record MemberRemoved : CapturedFact
{
    /// <inheritdoc />
    [JsonIgnore]
    public override string EventName => EventNames.AccountRemovedUser;

    public required string GroupId { get; init; }
}
