using System.Text.Json.Serialization;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Scopes;

/// <summary>A user became a member of an account; the transaction committed. The user id is the member's.</summary>
internal sealed record MemberAdded : CapturedFact
{
    /// <inheritdoc />
    [JsonIgnore]
    public override string EventName => EventNames.AccountAddedUser;

    public required string GroupId { get; init; }

    /// <summary>Gets the role of the membership's own row.</summary>
    public string? Role { get; init; }

    /// <summary>
    /// Gets a value indicating whether the account existed before the save that adds the member: it had a mapped row or another member.
    /// <see langword="null"/> if that was not looked up, as for a member who is not a new user.
    /// </summary>
    public bool? JoinsExisting { get; init; }

    /// <summary>
    /// Gets the profile of the member's row; <see langword="null"/> if the saving context did not track the row, or another fact has the
    /// profile.
    /// </summary>
    public Profile? Profile { get; init; }

    /// <summary>Gets the role of the user's stored claim before the change.</summary>
    public string? StoredRole { get; init; }
}

/// <summary>A user is no longer a member of an account; the transaction committed. The user id is the member's.</summary>
internal sealed record MemberRemoved : CapturedFact
{
    /// <inheritdoc />
    [JsonIgnore]
    public override string EventName => EventNames.AccountRemovedUser;

    public required string GroupId { get; init; }
}

/// <summary>A stored role claim of a user was committed: it is the role of a membership that is committed in the same scope.</summary>
internal sealed record RoleStored : CapturedFact
{
    /// <inheritdoc />
    [JsonIgnore]
    public override string EventName => "role claim";

    public required string Role { get; init; }
}
