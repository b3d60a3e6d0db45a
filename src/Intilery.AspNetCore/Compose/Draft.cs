
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>A message in the making: whose it is, when it happened, and where it stands among that user's own.</summary>
internal sealed record Draft(ScopeFact Source, Message Message)
{
    /// <summary>Gets whose it is; of an event of nobody known, the browser's id, and empty where only the schedule of trials knows.</summary>
    public string UserId => Message.UserId ?? Message.AnonymousId ?? string.Empty;

    public int Rank => Message.Event switch
    {
        null => 0,
        SignedUp => 1,
        AccountCreated => 2,
        AccountAddedUser => 3,
        TrialStarted => 4,
        SignedIn => 5,
        AccountRemovedUser => 7,
        AccountDeleted => 8,
        SignedOut => 9,
        _ => 6,
    };
}
