namespace Intilery.AspNetCore;

/// <summary>
/// Changes events and identify calls before they are recorded, or holds them back. Register it with
/// <c>AddIntilery().AddEnricher&lt;T&gt;()</c>; it is a singleton, and called from several threads at once.
/// </summary>
/// <remarks>
/// It runs where an event is settled: at the end of its request, or, after a crash, in another process. It has no
/// <c>HttpContext</c>, not by <c>IHttpContextAccessor</c> either: what it needs of a request has to be in the event. What it throws is
/// logged, and the event goes as it was before. All enrichers together have <see cref="IntileryOutboxOptions.CommitTimeout"/> for what one request
/// has caused; over that, events go as they were until the enricher answers again. Before an event is retried, it is not enriched anew.
/// </remarks>
public interface IEventEnricher
{
    /// <summary>Changes one event, or holds it back.</summary>
    /// <param name="enrichment">The event.</param>
    void Enrich(EventEnrichment enrichment);
}
