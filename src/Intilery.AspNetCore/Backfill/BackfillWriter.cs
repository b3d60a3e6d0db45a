using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Backfill;

/// <summary>How much a backfill reads and writes at a time.</summary>
/// <param name="PageSize">How many rows are read, and written in one transaction.</param>
/// <param name="MaxWaiting">How many of its rows may wait for delivery.</param>
internal sealed record BackfillSettings(int PageSize, int MaxWaiting)
{
    // Measured: at full speed a sign-in beside it takes a quarter longer, because the database shares the machine.
    private const int MaxPerSecond = 2_500;

    public static BackfillSettings Default { get; } = new(200, 10_000);

    /// <summary>
    /// Returns how long to rest after a page, so that live work has the machine and the database to itself meanwhile: until the page's
    /// share of a second is over, and at least as long as the page took, because a page that takes long has a busy machine.
    /// </summary>
    public static TimeSpan RestAfter(int rows, TimeSpan took)
    {
        var left = TimeSpan.FromSeconds((double)rows / MaxPerSecond) - took;
        return left > took ? left : took;
    }
}

/// <summary>
/// Writes the pages of a backfill to the outbox's store, not through the memory in front of it: a page is done when it is committed, and
/// one that is not is read again.
/// </summary>
internal sealed class BackfillWriter(
    IOutboxStore store,
    CommitWriter rows,
    ObservedOutbox observed,
    OutboxSignal signal,
    IOptionsMonitor<IntileryOptions> options,
    LifecycleDiagnostics diagnostics,
    TimeProvider time)
{
    /// <summary>How often it looks whether there is room for another page.</summary>
    public static readonly TimeSpan RoomInterval = TimeSpan.FromMilliseconds(250);

    // A store that cannot be written is retried for half a minute, then the call throws. Written pages stay.
    private const int Tries = 10;
    private static readonly TimeSpan _longestDelay = TimeSpan.FromSeconds(5);

    private readonly WriteIsolation _isolation = new(store, time, diagnostics);

    // How many more rows there is room for, as far as is known: delivery makes more.
    private long _room;

    public IOutboxStore Store => store;

    public string Destination => options.CurrentValue.Destination;

    /// <summary>Waits until so few rows of backfills wait that a page can be added. Returns whether it had to wait.</summary>
    public async Task<bool> WaitForRoomAsync(BackfillSettings settings, Action waits, CancellationToken cancellationToken)
    {
        var hasWaited = false;
        while (_room < settings.PageSize
            && (_room = settings.MaxWaiting - await store.CountBackfillAsync(Destination, cancellationToken).ConfigureAwait(false)) < settings.PageSize)
        {
            hasWaited = true;
            waits();
            await Task.Delay(RoomInterval, time, cancellationToken).ConfigureAwait(false);
        }

        return hasWaited;
    }

    /// <summary>Writes a page's messages, and how far the backfill is by them, all or nothing.</summary>
    /// <exception cref="InvalidOperationException">Another backfill has gone on meanwhile.</exception>
    public async Task WriteAsync(
        string destination,
        IReadOnlyList<ComposedMessage> messages,
        StateChange? state,
        IReadOnlyList<string> superseded,
        CancellationToken cancellationToken)
    {
        var pending = new PendingWrite(
            new OutboxWrite(
                null, observed.Observed(rows.Write(destination, [], messages)) with { State = state, Superseded = superseded }));
        await TryWriteAsync(pending, state, cancellationToken).ConfigureAwait(false);
        if (state is { IsRefused: true })
        {
            pending.Write.Commit!.ReturnPayloads();
            throw Raced();
        }

        _room -= pending.Rows;
        pending.Commit();
        diagnostics.Metrics.Recorded(pending.Rows - pending.SetAsideCount);
        signal.Set();
    }

    private static InvalidOperationException Raced() =>
        new("Another backfill runs, perhaps in another process. Let it end, or run this one when it has.");

    private async Task TryWriteAsync(PendingWrite pending, StateChange? state, CancellationToken cancellationToken)
    {
        var delay = TimeSpan.FromMilliseconds(100);
        for (var tries = 1; ; tries++)
        {
            try
            {
                await store.WriteAsync([pending.Write], cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (Exception exception) when (StoreFaults.Of(exception) == StoreFault.Write)
            {
                await IsolateAsync(pending, state, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (Exception exception) when (tries < Tries && !cancellationToken.IsCancellationRequested)
            {
                // The same write again: what of it is stored is not stored twice.
                diagnostics.Failed("recording existing customers", exception);
            }

            await Task.Delay(delay, time, cancellationToken).ConfigureAwait(false);
            delay = delay * 2 < _longestDelay ? delay * 2 : _longestDelay;
        }
    }

    // One person's row must not hold up the others: each is stored by itself, then the state.
    private async Task IsolateAsync(PendingWrite pending, StateChange? state, CancellationToken cancellationToken)
    {
        if (state is not null && !state.Decide(await store.ReadStateAsync(state.Name, cancellationToken).ConfigureAwait(false)))
        {
            return;
        }

        await _isolation.WriteAsync([pending], _ => { }, cancellationToken).ConfigureAwait(false);
        await store.WriteAsync(
            [new OutboxWrite(null, new OutboxCommit([], []) { State = state, Superseded = pending.Write.Commit!.Superseded })], cancellationToken).ConfigureAwait(false);
    }
}
