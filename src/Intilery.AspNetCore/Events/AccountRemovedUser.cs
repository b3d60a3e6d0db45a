namespace Intilery.AspNetCore.Events;

/// <summary>A user was removed from an account. <see cref="LifecycleEvent.UserId"/> is the member.</summary>
public sealed record AccountRemovedUser : LifecycleEvent
{
    /// <summary>Initializes a new instance of the <see cref="AccountRemovedUser"/> record.</summary>
    public AccountRemovedUser()
        : base(EventNames.AccountRemovedUser)
    {
    }

    internal override void WriteProperties(PropertyWriter properties)
    {
    }
}
