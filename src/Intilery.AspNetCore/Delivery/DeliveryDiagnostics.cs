using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Delivery;

/// <summary>The log, metrics and clock of delivery.</summary>
internal sealed class DeliveryDiagnostics(LifecycleDiagnostics diagnostics, TimeProvider time)
{
    private bool _hasDelivered;
    private bool _isFailing;

    public TimeProvider Time => time;

    /// <summary>Starts the span of a request.</summary>
    public LifecycleSpan Started(DeliverySettings settings, Batch batch) => LifecycleTraces.IsListened
        ? LifecycleTraces.Deliver(
            new Uri(settings.Destination + TrackingApiClient.Path),
            TrackingApiClient.Path,
            batch.Rows.Count,
            batch.Rows.Select(row => row.TraceParent),
            diagnostics)
        : default;

    public void Answered(int events, TimeSpan duration, DeliveryAnswer answer) =>
        diagnostics.Metrics.Requested(events, duration, (int?)answer.Status, answer.ErrorType);

    /// <summary>Reports to the live page what an answer means for each message of a request.</summary>
    public void Answered(Batch batch, DateTimeOffset sentAt, DeliveryDecision decision, DeliveryAnswer answer)
    {
        if (!diagnostics.Activity.IsWatched)
        {
            return;
        }

        var step = decision switch
        {
            DeliveryDecision.Acknowledge => DeliveryStep.Delivered,
            DeliveryDecision.Bisect or DeliveryDecision.Split => DeliveryStep.Split,
            _ => DeliveryStep.Retried,
        };
        foreach (var row in batch.Rows)
        {
            diagnostics.Activity.Answered(row.Payload.Span, sentAt, step, answer.Outcome);
        }
    }

    public void Delivered(int events)
    {
        diagnostics.Metrics.Delivered(events);
        diagnostics.Activity.Deliveries.Add(events);
        if (!_hasDelivered)
        {
            _hasDelivered = true;
            diagnostics.Log.FirstDelivery(events);
        }

        if (_isFailing)
        {
            _isFailing = false;
            diagnostics.Log.DeliveryResumed();
        }
    }

    public void Unreadable(OutboxRow row) => diagnostics.Unreadable(row.EventName, row.Id, row.IsProtected);

    public void Rejected(OutboxRow row, string message)
    {
        diagnostics.Metrics.Dropped(1, Reasons.Rejected);
        diagnostics.Activity.Answered(row.Payload.Span, time.GetUtcNow(), DeliveryStep.Dead, message);
        if (diagnostics.ShouldLog(nameof(Rejected), out var unlogged))
        {
            diagnostics.Log.EventRejected(row.EventName, row.Id, message, unlogged);
        }
    }

    /// <summary>Rejections were doubted and taken back: those dead letters wait for delivery again.</summary>
    public void PutBack(int events)
    {
        if (diagnostics.ShouldLog(nameof(PutBack), out var unlogged))
        {
            diagnostics.Log.RejectionsPutBack(events, unlogged);
        }
    }

    public void Paused(DeliveryPause pause, TimeSpan delay)
    {
        _isFailing = true;
        if (diagnostics.ShouldLog(nameof(Paused), out var unlogged))
        {
            diagnostics.Log.DeliveryPaused(pause.Answer.Outcome, delay, unlogged);
        }
    }

    public void Failed(DeliveryAnswer answer, TimeSpan delay)
    {
        _isFailing = true;
        diagnostics.Metrics.Retried(answer.ErrorType);
        if (diagnostics.ShouldLog(nameof(Failed), out var unlogged))
        {
            diagnostics.Log.DeliveryFailed(answer.Outcome, delay, unlogged);
        }
    }

    public void WorkerFailed(Exception exception)
    {
        if (diagnostics.ShouldLog("delivering", exception, out var unlogged))
        {
            diagnostics.Log.WorkerFailed(unlogged, exception);
        }
    }
}
