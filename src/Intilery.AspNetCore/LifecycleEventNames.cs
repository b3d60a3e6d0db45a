using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore;

/// <summary>The names of the ten events of Intilery's B2B SaaS specification.</summary>
public static class LifecycleEventNames
{
    /// <summary>The event's name, <c>Signed Up</c>.</summary>
    public const string SignedUp = EventNames.SignedUp;

    /// <summary>The event's name, <c>Signed In</c>.</summary>
    public const string SignedIn = EventNames.SignedIn;

    /// <summary>The event's name, <c>Signed Out</c>.</summary>
    public const string SignedOut = EventNames.SignedOut;

    /// <summary>The event's name, <c>Account Created</c>.</summary>
    public const string AccountCreated = EventNames.AccountCreated;

    /// <summary>The event's name, <c>Account Deleted</c>.</summary>
    public const string AccountDeleted = EventNames.AccountDeleted;

    /// <summary>The event's name, <c>Account Added User</c>.</summary>
    public const string AccountAddedUser = EventNames.AccountAddedUser;

    /// <summary>The event's name, <c>Account Removed User</c>.</summary>
    public const string AccountRemovedUser = EventNames.AccountRemovedUser;

    /// <summary>The event's name, <c>Invite Sent</c>.</summary>
    public const string InviteSent = EventNames.InviteSent;

    /// <summary>The event's name, <c>Trial Started</c>.</summary>
    public const string TrialStarted = EventNames.TrialStarted;

    /// <summary>The event's name, <c>Trial Ended</c>.</summary>
    public const string TrialEnded = EventNames.TrialEnded;

    /// <summary>Gets all ten.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        SignedUp,
        SignedIn,
        SignedOut,
        AccountCreated,
        AccountDeleted,
        AccountAddedUser,
        AccountRemovedUser,
        InviteSent,
        TrialStarted,
        TrialEnded,
    ];
}
