namespace Intilery.AspNetCore;

/// <summary>The endpoint adds a user to an account: an <see cref="Events.AccountAddedUser"/> of that member. <c>UserIdFrom</c> must be found or set; where members add themselves, it is <c>user.id</c>.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class TrackAccountAddedUserAttribute : LifecycleEventAttribute
{
    /// <summary>Gets or sets the permission group of the member in the account (<c>role</c>). Default: found by name, else left out.</summary>
    public string? Role { get; set; }

    /// <summary>Gets or sets the path of the permission group of the member in the account.</summary>
    public string? RoleFrom { get; set; }
}
