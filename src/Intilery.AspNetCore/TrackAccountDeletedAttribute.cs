namespace Intilery.AspNetCore;

/// <summary>The endpoint deletes an account: an <see cref="Events.AccountDeleted"/> of the signed-in user. <c>GroupId</c> must be found.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class TrackAccountDeletedAttribute : LifecycleEventAttribute
{
    /// <summary>Gets or sets the name that the account had (<c>account_name</c>). Default: found by name, else left out.</summary>
    public string? AccountName { get; set; }

    /// <summary>Gets or sets the path of the name that the account had.</summary>
    public string? AccountNameFrom { get; set; }
}
