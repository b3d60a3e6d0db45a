namespace Intilery.AspNetCore;

/// <summary>
/// Observes events after they are recorded. Register it with <c>AddIntilery().AddObserver&lt;T&gt;()</c>; it is a singleton. It is
/// called for one event at a time, in order, on a thread of its own.
/// </summary>
/// <remarks>
/// Its exceptions are logged. A request waits for it, at most <see cref="IntileryOutboxOptions.CommitTimeout"/>, so that a test sees
/// the events of its request; after an observer has taken longer than that, no request waits until it completes. While more than
/// 10,000 notifications wait for a slow observer, new ones are dropped and counted in the log.
/// </remarks>
/// <example>
/// <code>
/// internal sealed class EventCounter : ILifecycleEventObserver
/// {
///     public int Count;
/// 
///     public void OnRecorded(RecordedEvent recorded) =&gt; Interlocked.Increment(ref Count);
/// }
/// </code>
/// </example>
public interface ILifecycleEventObserver
{
    /// <summary>An event was recorded: it is in the outbox or, if events are not stored, was shown.</summary>
    /// <param name="recorded">The event, as it is delivered but for <c>sentAt</c>.</param>
    void OnRecorded(RecordedEvent recorded);

    /// <summary>A fact was not tracked. The default implementation does nothing.</summary>
    /// <param name="suppressed">The fact, and the reason.</param>
    void OnSuppressed(SuppressedEvent suppressed)
    {
    }
}

/// <summary>A fact that was captured, but not tracked.</summary>
/// <param name="Event">
/// The fact, as in the log: the event that it would have become (<c>Signed In</c>, <c>Report Exported</c>), <c>identify</c>, or the
/// endpoint and its attribute; <c>groupId</c> for an account that is omitted.
/// </param>
/// <param name="Reason">Why no event was sent: one of the documented reasons, or the reason that an enricher gave.</param>
public sealed record SuppressedEvent(string Event, string Reason);
