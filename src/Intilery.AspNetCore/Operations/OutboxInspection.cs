using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Operations;

/// <summary>Looks into the outbox for the health check and the meters.</summary>
internal sealed class OutboxInspection(IOutboxStore outbox, LiveOptions options, LifecycleDiagnostics diagnostics, TimeProvider time)
{
    private OutboxSnapshot? _last;
    private Task _looking = Task.CompletedTask;

    /// <summary>Gets the look that was begun last.</summary>
    public Task Looking => Volatile.Read(ref _looking);

    public async Task<OutboxSnapshot> LookAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var destination = options.Current.Destination;
        var first = await outbox.ReadAsync(destination, now, 1, cancellationToken).ConfigureAwait(false);
        var status = await outbox.GetStatusAsync(cancellationToken).ConfigureAwait(false);
        return _last = new OutboxSnapshot(status.Rows, first.Count == 0 ? TimeSpan.Zero : AgeOf(first[0], now), status.DeadLetters)
        {
            Elsewhere = status.RowsByDestination.Where(pair => pair.Key != destination).Sum(pair => pair.Value),
        };
    }

    /// <summary>Has the meters report the outbox. A look may take its time and a collection must not: each reports what the one before found.</summary>
    public void Report() => diagnostics.Metrics.ObserveOutbox(() =>
    {
        var last = _last;
        if (Looking.IsCompleted)
        {
            Volatile.Write(ref _looking, Task.Run(LookQuietlyAsync));
        }

        return last is null ? null : (last.Rows, last.Age.TotalSeconds, last.DeadLetters);
    });

    // Since it was recorded or became due, whichever was later. Clocks that step must not make it negative.
    private static TimeSpan AgeOf(OutboxRow row, DateTimeOffset now)
    {
        var recorded = RowIdSequence.TimeOf(row.Id);
        var age = now - (recorded > row.DueAt ? recorded : row.DueAt);
        return age > TimeSpan.Zero ? age : TimeSpan.Zero;
    }

    private async Task LookQuietlyAsync()
    {
        try
        {
            await LookAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // A meter is no reason for more than a log line.
            diagnostics.Failed("measuring the outbox", exception);
        }
    }
}
