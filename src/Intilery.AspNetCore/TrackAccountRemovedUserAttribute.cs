namespace Intilery.AspNetCore;

/// <summary>
/// The endpoint removes a user from an account: an <see cref="Events.AccountRemovedUser"/> of that member. <c>UserIdFrom</c> must be
/// found or set; where members leave by themselves, it is <c>user.id</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class TrackAccountRemovedUserAttribute : LifecycleEventAttribute;
