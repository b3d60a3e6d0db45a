using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Commands;

/// <summary>Looks into the outbox for the health check and the meters.</summary>
internal sealed class OutboxInspection(
    IOutboxStore outbox, IOptionsMonitor<IntileryOptions> options, LifecycleDiagnostics diagnostics, TimeProvider time)
{
    /// <summary>The time-out of an inspection. A database that hangs must not block its callers.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // A look grows with what waits: it takes at most a tenth of the time.
    private const int RestPerLook = 10;

    // No caller waits for the inspection of the meters.
    private static readonly TimeSpan _metersPatience = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private volatile OutboxSnapshot? _last;
    private Task<OutboxSnapshot>? _pending;
    private Task _looking = Task.CompletedTask;

    /// <summary>Gets what the last look that succeeded has seen; <see langword="null"/> if none has.</summary>
    public OutboxSnapshot? Last => _last;

    /// <summary>Gets the look of the meters that was begun last.</summary>
    public Task Looking => Volatile.Read(ref _looking);

    /// <summary>
    /// Looks, for a limited time, and seldom if a look takes long. One at a time: of a database that hangs each look holds a connection,
    /// and of a disk that does a thread.
    /// </summary>
    /// <exception cref="TimeoutException">The outbox did not answer in time.</exception>
    public Task<OutboxSnapshot> LookAsync(CancellationToken cancellationToken) => LookAsync(Patience, cancellationToken);

    /// <summary>Inspects the outbox, for as long as the caller allows.</summary>
    /// <exception cref="TimeoutException">The outbox did not answer in time.</exception>
    public async Task<OutboxSnapshot> LookAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        if (_last is { } last && time.GetElapsedTime(last.Timestamp) < last.Took * RestPerLook)
        {
            return last;
        }

        using var timeout = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            while (true)
            {
                if (Begin(either.Token, out var look))
                {
                    return await look.WaitAsync(either.Token).ConfigureAwait(false);
                }

                // What it sees may be older than this question.
                await ((Task)look).WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                either.Token.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The outbox did not answer within {new Duration(patience)}.");
        }
    }

    /// <summary>
    /// Has the meters report the outbox. A look may take its time and a collection must not: each reports what the one before found.
    /// </summary>
    public void Report() => diagnostics.Metrics.ObserveOutbox(() =>
    {
        var last = _last;
        if (Looking.IsCompleted)
        {
            Volatile.Write(ref _looking, Task.Run(LookQuietlyAsync));
        }

        return last is null ? null : (last.Rows, last.Age.TotalSeconds, last.DeadLetters);
    });

    // Returns whether the look is the caller's own, and not one that is still under way.
    private bool Begin(CancellationToken cancellationToken, out Task<OutboxSnapshot> look)
    {
        lock (_gate)
        {
            var isOwn = _pending is null or { IsCompleted: true };
            look = isOwn ? _pending = Task.Run(() => ReadAsync(cancellationToken), CancellationToken.None) : _pending!;
            return isOwn;
        }
    }

    private async Task<OutboxSnapshot> ReadAsync(CancellationToken cancellationToken)
    {
        var (now, started) = (time.GetUtcNow(), time.GetTimestamp());
        var destination = options.CurrentValue.Destination;
        var since = await outbox.GetWaitingSinceAsync(destination, now, cancellationToken).ConfigureAwait(false);
        var status = await outbox.GetStatusAsync(cancellationToken).ConfigureAwait(false);
        diagnostics.Activity.Backlog.Set((int)Math.Min(int.MaxValue, status.Rows));
        return _last = new OutboxSnapshot(status.Rows, now > since ? now - since.Value : TimeSpan.Zero, status.DeadLetters)
        {
            Unfinished = status.Intents,
            Newer = await outbox.CountNewerAsync(destination, cancellationToken).ConfigureAwait(false),
            Elsewhere = status.RowsByDestination.Where(pair => pair.Key != destination).Sum(pair => pair.Value),
            At = now,
            Timestamp = time.GetTimestamp(),
            Took = time.GetElapsedTime(started),
        };
    }

    private async Task LookQuietlyAsync()
    {
        try
        {
            await LookAsync(_metersPatience, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // A meter is no reason for more than a log line.
            diagnostics.Failed("measuring the outbox", exception);
        }
    }
}

/// <summary>What the outbox held at an inspection.</summary>
/// <param name="Rows">How many events wait.</param>
/// <param name="Age">
/// How long the first of those that are due, or the first change that is not composed yet, has waited. Never negative: clocks step.
/// </param>
/// <param name="DeadLetters">How many events were rejected and are kept.</param>
internal sealed record OutboxSnapshot(long Rows, TimeSpan Age, long DeadLetters)
{
    /// <summary>Gets how many changes are saved and not composed yet. The events of their users wait for them.</summary>
    public long Unfinished { get; init; }

    /// <summary>
    /// Gets how many entries, of those that are first, a newer version of this package has written, and this one leaves alone.
    /// </summary>
    public long Newer { get; init; }

    /// <summary>Gets when that was.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Gets when that was, as a timestamp.</summary>
    public long Timestamp { get; init; }

    /// <summary>Gets how long the look took.</summary>
    public TimeSpan Took { get; init; }

    /// <summary>Gets how many of the events wait for another destination than the configured one.</summary>
    public long Elsewhere { get; init; }
}
