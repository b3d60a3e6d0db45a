namespace Intilery.AspNetCore;

/// <summary>
/// Sees what was recorded, after it was. Register it with <c>AddIntilery().AddObserver&lt;T&gt;()</c>; it is a singleton. It is called
/// for one thing at a time, in order, on a thread of its own.
/// </summary>
/// <remarks>
/// What it throws is logged. A request waits for it, at most <see cref="IntileryOutboxOptions.CommitTimeout"/>, so that tests find what
/// their request has caused; once an observer has taken longer than that, no request waits until it answers again. While more
/// than 10,000 notices wait for a slow observer, new ones are left out and counted in the log.
/// </remarks>
public interface ILifecycleEventObserver
{
    /// <summary>An event is in the outbox; or, where nothing is kept, it would be.</summary>
    /// <param name="recorded">The event, as it is delivered but for <c>sentAt</c>.</param>
    void OnRecorded(RecordedEvent recorded);

    /// <summary>A fact was observed, and no event was sent for it, for a reason. Does nothing unless implemented.</summary>
    /// <param name="suppressed">What, and why.</param>
    void OnSuppressed(SuppressedEvent suppressed)
    {
    }
}
