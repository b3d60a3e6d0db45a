using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>A message ready to be written, and the intent that it settles, if any.</summary>
internal readonly record struct ComposedMessage(Message Message, long? IntentId)
{
    /// <summary>Gets a value indicating whether it only updates the schedule of trials, and is not sent.</summary>
    public bool IsTrialMove { get; init; }

    public static ComposedMessage Of(TrialMoved moved, long? intentId) =>
        new(new Message { Event = moved.Trial, GroupId = moved.Trial.GroupId }, intentId) { IsTrialMove = true };
}
