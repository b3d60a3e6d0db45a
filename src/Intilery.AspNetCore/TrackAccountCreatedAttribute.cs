namespace Intilery.AspNetCore;

/// <summary>The endpoint creates an account: an <see cref="Events.AccountCreated"/> of the signed-in user. <c>GroupId</c> must be found.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class TrackAccountCreatedAttribute : LifecycleEventAttribute
{
    /// <summary>Gets or sets the name of the account (<c>account_name</c>). Default: found by name, else left out.</summary>
    public string? AccountName { get; set; }

    /// <summary>Gets or sets the path of the name of the account.</summary>
    public string? AccountNameFrom { get; set; }
}
