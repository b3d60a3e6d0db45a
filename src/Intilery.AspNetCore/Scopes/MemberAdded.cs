using System.Text.Json.Serialization;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Scopes;

/// <summary>A user became a member of an account, and that was committed. The user id is the member's.</summary>
internal sealed record MemberAdded : CapturedFact
{
    /// <inheritdoc />
    [JsonIgnore]
    public override string EventName => EventNames.AccountAddedUser;

    public required string GroupId { get; init; }

    /// <summary>Gets the role that the membership itself names.</summary>
    public string? Role { get; init; }

    /// <summary>
    /// Gets whether the account was there before the save that adds the member: its mapped row, or another member of it. <see langword="null"/> if
    /// that was not looked up, as of a member who is no new user.
    /// </summary>
    public bool? JoinsExisting { get; init; }

    /// <summary>Gets what the member's row says of the person; <see langword="null"/> if the context of the save did not have it at hand, or it is told elsewhere.</summary>
    public Profile? Profile { get; init; }

    /// <summary>Gets the role that a claim of the user's named before.</summary>
    public string? StoredRole { get; init; }
}
