using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Deliver;

/// <summary>What delivery says of itself, and the clock that it goes by.</summary>
internal sealed class DeliveryDiagnostics(LifecycleDiagnostics diagnostics, TimeProvider time)
{
    private bool _hasDelivered;
    private bool _isFailing;

    public TimeProvider Time => time;

    public void Delivered(int events)
    {
        diagnostics.Metrics.Delivered(events);
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

    public void Rejected(OutboxRow row, string message)
    {
        diagnostics.Metrics.Dropped(1, Reasons.Rejected);
        if (diagnostics.ShouldLog(nameof(Rejected), out var unlogged))
        {
            diagnostics.Log.EventRejected(row.EventName, row.Id, message, unlogged);
        }
    }

    public void Paused(DeliveryAnswer answer, TimeSpan delay)
    {
        _isFailing = true;
        if (diagnostics.ShouldLog(nameof(Paused), out var unlogged))
        {
            diagnostics.Log.DeliveryPaused(answer.Outcome, delay, unlogged);
        }
    }

    public void Failed(DeliveryAnswer answer, TimeSpan delay)
    {
        _isFailing = true;
        diagnostics.Metrics.Retried();
        if (diagnostics.ShouldLog(nameof(Failed), out var unlogged))
        {
            diagnostics.Log.DeliveryFailed(answer.Outcome, delay, unlogged);
        }
    }

    public void WorkerFailed(Exception exception)
    {
        if (diagnostics.ShouldLog(nameof(WorkerFailed), out var unlogged))
        {
            diagnostics.Log.WorkerFailed(unlogged, exception);
        }
    }
}
