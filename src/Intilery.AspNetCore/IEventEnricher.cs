namespace Intilery.AspNetCore;

/// <summary>
/// Changes or suppresses events and identify calls before they are recorded. Register it with
/// <c>AddIntilery().AddEnricher&lt;T&gt;()</c>; it is a singleton, and called from several threads at once.
/// </summary>
/// <remarks>
/// It runs when the scope of an event commits: at the end of its request or, after a crash, in another process. It
/// has no <c>HttpContext</c>, not by <c>IHttpContextAccessor</c> either: the values that it needs of a request have to be in the event. If
/// it throws, the exception is logged, and the event is sent unchanged. All enrichers together have
/// <see cref="IntileryOutboxOptions.CommitTimeout"/> for the events of one request; after that, events are sent unchanged until the
/// enricher completes. A retried event is not enriched again.
/// </remarks>
public interface IEventEnricher
{
    /// <summary>Changes or suppresses one event.</summary>
    /// <param name="enrichment">The event.</param>
    void Enrich(EventEnrichment enrichment);
}
