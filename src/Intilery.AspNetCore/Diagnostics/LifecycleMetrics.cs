using System.Diagnostics.Metrics;

namespace Intilery.AspNetCore.Diagnostics;

/// <summary>The meter <c>Intilery.AspNetCore</c>: anything suppressed or lost is counted, with its reason.</summary>
internal sealed class LifecycleMetrics
{
    public const string MeterName = "Intilery.AspNetCore";

    private readonly Counter<long> _captured;
    private readonly Counter<long> _recorded;
    private readonly Counter<long> _delivered;
    private readonly Counter<long> _retried;
    private readonly Counter<long> _suppressed;
    private readonly Counter<long> _dropped;

    public LifecycleMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _captured = meter.CreateCounter<long>("intilery.happenings.captured", "{happening}", "What the hooks observed.");
        _recorded = meter.CreateCounter<long>("intilery.events.recorded", "{event}", "Events committed to the outbox.");
        _delivered = meter.CreateCounter<long>("intilery.events.delivered", "{event}", "Events that Intilery acknowledged.");
        _retried = meter.CreateCounter<long>("intilery.requests.retried", "{request}", "Requests that will be sent again.");
        _suppressed = meter.CreateCounter<long>("intilery.happenings.suppressed", "{happening}", "Happenings that are no event.");
        _dropped = meter.CreateCounter<long>("intilery.events.dropped", "{event}", "Events that were lost or became dead letters.");
    }

    public void Captured(string happening) => Add(_captured, 1, new KeyValuePair<string, object?>("intilery.happening", happening));

    public void Recorded(int events) => Add(_recorded, events);

    public void Delivered(int events) => Add(_delivered, events);

    public void Retried() => Add(_retried, 1);

    public void Suppressed(string reason) => Add(_suppressed, 1, Reason(reason));

    public void Dropped(int events, string reason) => Add(_dropped, events, Reason(reason));

    private static KeyValuePair<string, object?> Reason(string reason) => new("intilery.reason", reason);

    private static void Add(Counter<long> counter, long count, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        try
        {
            counter.Add(count, tags);
        }
        catch (Exception)
        {
            // The listeners are the host's, and a counter is no reason to fail its request or to lose the event.
        }
    }
}
