using Intilery.AspNetCore.Capture.EntityFramework;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Hosting;
using Intilery.AspNetCore.Outbox;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Trials;

/// <summary>
/// Ends trials at their end dates. A trial ends in one transaction, if it has not changed since it was read, so several
/// processes could run the clock. Only the process that delivers does, because the others would repeat its work.
/// </summary>
internal sealed class TrialClock(
    ITrialStore store,
    TrialEndings endings,
    TrialAdoption adoption,
    IDeliveryLease lease,
    OutboxSignal signal,
    LifecycleDiagnostics diagnostics,
    TimeProvider time)
    : IBackgroundLoop
{
    /// <summary>The longest sleep: other processes start and extend trials without notifying this one.</summary>
    public static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(50);

    /// <summary>How long a tombstone is kept, so that an end that is reported again becomes no second event.</summary>
    public static readonly TimeSpan TombstoneRetention = TimeSpan.FromDays(400);

    /// <summary>The number of trials that end in one transaction.</summary>
    public const int BatchSize = 100;

    /// <summary>How often it compares the schedule with the application's rows, and deletes tombstones.</summary>
    public static readonly TimeSpan UpkeepInterval = TimeSpan.FromHours(6);

    private readonly WriteIsolation _isolation = new(store, time, diagnostics);
    private long? _keptAt;

    public string Activity => "ending trials";

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var sleep = LongestSleep;
            var looked = time.GetTimestamp();
            try
            {
                if (await lease.TryHoldAsync(stopping).ConfigureAwait(false))
                {
                    await KeepAsync(stopping).ConfigureAwait(false);
                    sleep = await EndDueAsync(stopping).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // They are still due: the next pass ends them.
                diagnostics.Failed("ending trials", exception);
            }

            await SleepAsync(sleep, looked, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// Ends the due trials, batch by batch, ordered by their end. Returns the time until the next trial is due, as far as known.
    /// </summary>
    public async Task<TimeSpan> EndDueAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var next = await store.Trials.ReadNextAsync(BatchSize, cancellationToken).ConfigureAwait(false);
            if (next.Count == 0)
            {
                return LongestSleep;
            }

            var now = await store.Trials.GetSharedTimeAsync(cancellationToken).ConfigureAwait(false) ?? time.GetUtcNow();
            var due = next.TakeWhile(trial => trial.EndDate <= now).ToList();
            if (due.Count > 0 && await EndAsync(due, now, cancellationToken).ConfigureAwait(false))
            {
                return LongestSleep;
            }

            if (due.Count < next.Count)
            {
                var left = next[due.Count].EndDate!.Value - now;
                return left < LongestSleep ? left : LongestSleep;
            }
        }
    }

    // Returns whether some of them have to be checked again.
    private async Task<bool> EndAsync(List<Trial> due, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (commit, isPostponed) = await endings.EndAsync(due, now, cancellationToken).ConfigureAwait(false);
        var pending = new PendingWrite(new OutboxWrite(null, commit));
        try
        {
            await store.WriteAsync([pending.Write], cancellationToken).ConfigureAwait(false);
            pending.Commit();
        }
        catch (Exception exception) when (StoreFaults.Of(exception) == StoreFault.Write)
        {
            // One trial must not block the others.
            await _isolation.WriteAsync([pending], written => written.Commit(), cancellationToken).ConfigureAwait(false);
        }

        var ended = commit.Rows.Count(row => row.Trial is { Refusal: null } && !pending.IsSetAside(row.Id));
        if (store.KeepsEvents)
        {
            diagnostics.Metrics.Recorded(ended);
        }

        if (ended > 0)
        {
            diagnostics.Log.TrialsEnded(ended);
        }

        signal.Set();
        return isPostponed;
    }

    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        if (_keptAt is { } at && time.GetElapsedTime(at) < UpkeepInterval)
        {
            return;
        }

        await adoption.AdoptAsync(store, cancellationToken).ConfigureAwait(false);
        await store.Trials.PurgeEndedAsync(time.GetUtcNow() - TombstoneRetention, cancellationToken).ConfigureAwait(false);
        _keptAt = time.GetTimestamp();
    }

    private async Task SleepAsync(TimeSpan sleep, long looked, CancellationToken stopping)
    {
        using var alarm = new CancellationTokenSource(sleep, time);
        if (time.GetElapsedTime(looked) >= sleep)
        {
            // The clock advanced between the read and the timer, which would fire as much too late: the machine was suspended,
            // or a test advanced its clock.
            return;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, alarm.Token);
        await signal.WaitForTrialsAsync(either.Token).ConfigureAwait(false);
    }
}

/// <summary>The clock of a process that stores no events: it is created when the process reports its first trial.</summary>
internal sealed class FirstTrialClock(OutboxSignal signal, Func<TrialClock> clock) : IBackgroundLoop
{
    public string Activity => "ending trials";

    public async Task RunAsync(CancellationToken stopping)
    {
        await signal.WaitForTrialsAsync(stopping).ConfigureAwait(false);
        await clock().RunAsync(stopping).ConfigureAwait(false);
    }
}

/// <summary>
/// Adds running trials of the application's mapped rows to the schedule: those that began before the package was installed, and those that
/// were changed without EF Core. It sends no events.
/// </summary>
internal sealed class TrialAdoption(MappedTrials rows, RowIdSequence ids, IOptionsMonitor<IntileryOptions> options, TimeProvider time)
{
    /// <summary>Returns how many of the rows are running trials; if there is a store, its schedule contains them then.</summary>
    public async Task<int> AdoptAsync(ITrialStore? store, CancellationToken cancellationToken)
    {
        if (rows.IsEmpty)
        {
            return 0;
        }

        var running = 0;
        var moves = new List<TrialChange>(TrialClock.BatchSize);
        await rows.ReadAllAsync(
            async row =>
            {
                if (row.RunsAt(time.GetUtcNow())
                    && row is { Trial: { } id, Account: { } account, End: { } end }
                    && EventText.IsId(id)
                    && EventText.IsId(account))
                {
                    running++;
                    var trial = new Trial(TrialKeys.Of(id, account, null)!)
                    {
                        GroupId = account,
                        StartDate = row.Start,
                        EndDate = end,
                        PlanName = row.Plan,
                        Destination = options.CurrentValue.Destination,
                    };
                    moves.Add(new TrialChange(TrialChangeKind.Move, trial, ids.Next()));
                    if (moves.Count == TrialClock.BatchSize)
                    {
                        await WriteAsync().ConfigureAwait(false);
                    }
                }
            },
            cancellationToken).ConfigureAwait(false);
        await WriteAsync().ConfigureAwait(false);
        return running;

        async ValueTask WriteAsync()
        {
            if (moves.Count > 0 && store is not null)
            {
                await store.WriteAsync(
                    [new OutboxWrite(null, new OutboxCommit([], []) { Trials = [.. moves] })], cancellationToken).ConfigureAwait(false);
            }

            moves.Clear();
        }
    }
}
