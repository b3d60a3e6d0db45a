
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>A message in the making: whose it is, when it happened, and where it stands among that user's own.</summary>
internal sealed record Draft(ScopeFact Source, Message Message)
{
    /// <summary>Gets whose it is; of an event of nobody known, the browser's id, and empty where only the schedule of trials knows.</summary>
    public string UserId => Message.UserId ?? Message.AnonymousId ?? string.Empty;

    /// <summary>Gets where it stands among its user's own: identify first, then as the events are defined.</summary>
    public int Rank => Message.Event is { } track ? track.Definition?.Rank ?? EventDefinition.OrdinaryRank : 0;
}
