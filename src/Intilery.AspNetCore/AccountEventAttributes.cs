namespace Intilery.AspNetCore;

/// <summary>
/// The endpoint creates an account: an <see cref="Events.AccountCreated"/> of the signed-in user. <c>GroupId</c> must be found.
/// </summary>
/// <example><code>[HttpPost("teams"), TrackAccountCreated(GroupIdFrom = "result.Id", AccountNameFrom = "input.Name")]</code></example>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class TrackAccountCreatedAttribute : LifecycleEventAttribute
{
    /// <summary>Gets or sets the name of the account (<c>account_name</c>). Default: found by name, else left out.</summary>
    public string? AccountName { get; set; }

    /// <summary>Gets or sets the path of the name of the account.</summary>
    public string? AccountNameFrom { get; set; }
}

/// <summary>
/// The endpoint deletes an account: an <see cref="Events.AccountDeleted"/> of the signed-in user. <c>GroupId</c> must be found.
/// </summary>
/// <example><code>[HttpDelete("teams/{teamId}"), TrackAccountDeleted(GroupIdFrom = "route.teamId")]</code></example>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class TrackAccountDeletedAttribute : LifecycleEventAttribute
{
    /// <summary>Gets or sets the name that the account had (<c>account_name</c>). Default: found by name, else left out.</summary>
    public string? AccountName { get; set; }

    /// <summary>Gets or sets the path of the name that the account had.</summary>
    public string? AccountNameFrom { get; set; }
}

/// <summary>
/// The endpoint adds a user to an account: an <see cref="Events.AccountAddedUser"/> of that member. <c>UserIdFrom</c> must be found or set;
/// where members add themselves, it is <c>user.id</c>.
/// </summary>
/// <example><code>[HttpPost("teams/{teamId}/members"), TrackAccountAddedUser(GroupIdFrom = "route.teamId", UserIdFrom =
/// "input.UserId")]</code></example>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class TrackAccountAddedUserAttribute : LifecycleEventAttribute
{
    /// <summary>
    /// Gets or sets the permission group of the member in the account (<c>role</c>). Default: found by name, else left out.
    /// </summary>
    public string? Role { get; set; }

    /// <summary>Gets or sets the path of the permission group of the member in the account.</summary>
    public string? RoleFrom { get; set; }
}

/// <summary>
/// The endpoint removes a user from an account: an <see cref="Events.AccountRemovedUser"/> of that member. <c>UserIdFrom</c> must be
/// found or set; where members leave by themselves, it is <c>user.id</c>.
/// </summary>
/// <example><code>[HttpDelete("teams/{teamId}/members/{userId}"), TrackAccountRemovedUser(GroupIdFrom = "route.teamId", UserIdFrom =
/// "route.userId")]</code></example>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class TrackAccountRemovedUserAttribute : LifecycleEventAttribute;
