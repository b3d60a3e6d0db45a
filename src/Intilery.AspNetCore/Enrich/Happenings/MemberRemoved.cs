namespace Intilery.AspNetCore.Enrich.Happenings;

/// <summary>A user is no member of an account any more, and that was committed. The user id is the member's.</summary>
internal sealed record MemberRemoved : Happening
{
    public required string GroupId { get; init; }
}
