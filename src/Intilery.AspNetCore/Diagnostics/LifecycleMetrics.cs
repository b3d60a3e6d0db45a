using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Intilery.AspNetCore.Diagnostics;

/// <summary>The meter <c>Intilery.AspNetCore</c>: anything suppressed or lost is counted, with its reason.</summary>
internal sealed class LifecycleMetrics
{
    // The bucket boundaries of OpenTelemetry's conventions for HTTP request durations, and the default time-out.
    private static readonly double[] _seconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

    private readonly Counter<long> _captured;
    private readonly Counter<long> _recorded;
    private readonly Counter<long> _delivered;
    private readonly Counter<long> _retried;
    private readonly Counter<long> _suppressed;
    private readonly Counter<long> _dropped;
    private readonly Histogram<int> _batchSize;
    private readonly Histogram<double> _requestDuration;

    private readonly Meter _meter;

    public LifecycleMetrics(IMeterFactory meters)
    {
        var meter = _meter = meters.Create(IntileryDefaults.MeterName);
        _captured = meter.CreateCounter<long>("intilery.facts.captured", "{fact}", "Facts that were observed.");
        _recorded = meter.CreateCounter<long>("intilery.events.recorded", "{event}", "Events committed to the outbox.");
        _delivered = meter.CreateCounter<long>("intilery.events.delivered", "{event}", "Events that Intilery acknowledged.");
        _retried = meter.CreateCounter<long>("intilery.requests.retried", "{request}", "Requests that will be sent again.");
        _suppressed = meter.CreateCounter<long>("intilery.facts.suppressed", "{fact}", "Facts that became no event.");
        _dropped = meter.CreateCounter<long>("intilery.events.dropped", "{event}", "Events that were lost or became dead letters.");
        _batchSize = meter.CreateHistogram<int>("intilery.batch.size", "{event}", "Events in a request.");
        _requestDuration = meter.CreateHistogram(
            "intilery.request.duration",
            "s",
            "How long requests took.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = _seconds });
    }

    public void Captured(string fact) => Add(_captured, 1, new KeyValuePair<string, object?>("intilery.fact", fact));

    public void Recorded(int events) => Add(_recorded, events);

    public void Delivered(int events) => Add(_delivered, events);

    public void Retried(string? errorType) => Add(_retried, 1, new KeyValuePair<string, object?>("error.type", errorType));

    /// <summary>Records a request that was answered or has failed.</summary>
    public void Requested(int events, TimeSpan duration, int? status, string? errorType)
    {
        Guard(() => _batchSize.Record(events));
        if (!_requestDuration.Enabled)
        {
            return;
        }

        var tags = default(TagList);
        if (status is not null)
        {
            tags.Add("http.response.status_code", status);
        }

        if (errorType is not null)
        {
            tags.Add("error.type", errorType);
        }

        Guard(() => _requestDuration.Record(duration.TotalSeconds, tags));
    }

    public void Suppressed(string reason) => Add(_suppressed, 1, Reason(reason));

    public void Dropped(int events, string reason) => Add(_dropped, events, Reason(reason));

    /// <summary>Observes the state of the outbox at each collection; <see langword="null"/> if it is not known yet.</summary>
    public void ObserveOutbox(Func<(long Backlog, double AgeSeconds, long DeadLetters)?> read)
    {
        _meter.CreateObservableUpDownCounter(
            "intilery.outbox.backlog",
            () => read() is { } seen ? [new Measurement<long>(seen.Backlog)] : Array.Empty<Measurement<long>>(),
            "{event}",
            "Events that wait for delivery.");
        _meter.CreateObservableGauge(
            "intilery.outbox.age",
            () => read() is { } seen ? [new Measurement<double>(seen.AgeSeconds)] : Array.Empty<Measurement<double>>(),
            "s",
            "How long the first of them has waited.");
        _meter.CreateObservableUpDownCounter(
            "intilery.outbox.dead_letters",
            () => read() is { } seen ? [new Measurement<long>(seen.DeadLetters)] : Array.Empty<Measurement<long>>(),
            "{event}",
            "Events that were rejected and are kept.");
    }

    private static KeyValuePair<string, object?> Reason(string reason) => new("intilery.reason", reason);

    private static void Guard(Action record)
    {
        try
        {
            record();
        }
        catch (Exception)
        {
            // As for counters: a failing listener must not cause an answered request to be sent again.
        }
    }

    private static void Add(Counter<long> counter, long count, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        try
        {
            counter.Add(count, tags);
        }
        catch (Exception)
        {
            // The listeners are the host's: a failing listener must not fail its request or lose the event.
        }
    }
}
