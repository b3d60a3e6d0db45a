using System.Text.Json.Serialization;

namespace Intilery.AspNetCore.Enrich.Happenings;

/// <summary>A user is no member of an account any more, and that was committed. The user id is the member's.</summary>
internal sealed record MemberRemoved : Happening
{
    /// <inheritdoc />
    [JsonIgnore]
    public override string EventName => "Account Removed User";

    public required string GroupId { get; init; }
}
