using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Memory;
using Intilery.AspNetCore.Trials;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>
/// Capturing only, as contracts see a store: what it shows is what they read. There are no intents where nothing is kept, so what
/// depends on one that is gone is told to nobody, as whoever settles first is alone to tell.
/// </summary>
internal sealed class ShownStore : IOutboxStore
{
    private readonly MemoryOutboxStore _seen = new(int.MaxValue);
    private readonly HashSet<long> _intents = [];
    private readonly OutboxSignal _signal = new();
    private readonly TestDiagnostics _diagnostics = new(TimeProvider.System);
    private readonly List<OutboxRow> _shown = [];
    private readonly CaptureOnlyOutbox _outbox;

    public ShownStore() => _outbox = new CaptureOnlyOutbox(
        new MemoryOutboxStore(new MemoryTrials(MemoryTrials.DefaultCapacity), _shown.Add), _signal, _diagnostics.Diagnostics);

    public string Description => "shown";

    public ITrialSchedule Trials => _outbox.Store.Trials;

    public IOutboxDestinations Destinations => _seen.Destinations;

    public void Open()
    {
    }

    public async ValueTask WriteAsync(IReadOnlyList<OutboxWrite> writes, CancellationToken cancellationToken)
    {
        foreach (var write in writes)
        {
            if (write.Intent is { } intent)
            {
                _intents.Add(intent.Id);
            }
            else if (write.Commit is { } commit)
            {
                var settled = commit.Intents.Where(_intents.Remove).ToHashSet();
                await ShowAsync(commit with
                {
                    Rows = [.. commit.Rows.Where(row => IsOurs(row.IntentId))],
                    Trials = [.. commit.Trials.Where(change => IsOurs(change.IntentId))],
                });

                bool IsOurs(long? intentId) => intentId is not { } id || settled.Contains(id);
            }
        }
    }

    public ValueTask<IReadOnlyList<OutboxRow>> ReadAsync(string destination, DateTimeOffset now, int maxRows, CancellationToken cancellationToken) =>
        _seen.ReadAsync(destination, now, maxRows, cancellationToken);

    public ValueTask<IReadOnlyList<HeldUser>> ReadHeldAsync(int maxCount, CancellationToken cancellationToken) => _seen.ReadHeldAsync(maxCount, cancellationToken);

    public ValueTask<IReadOnlyList<OutboxRow>> ReadWaitingAsync(string? userId, long afterId, int maxCount, CancellationToken cancellationToken) =>
        _seen.ReadWaitingAsync(userId, afterId, maxCount, cancellationToken);

    public ValueTask CompleteAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) => _seen.CompleteAsync(ids, cancellationToken);

    public ValueTask RejectAsync(DeadLetter deadLetter, CancellationToken cancellationToken) => _seen.RejectAsync(deadLetter, cancellationToken);

    public ValueTask<IReadOnlyList<Intent>> ReadOrphanedIntentsAsync(CancellationToken cancellationToken) => _seen.ReadOrphanedIntentsAsync(cancellationToken);

    public ValueTask<OutboxStatus> GetStatusAsync(CancellationToken cancellationToken) => _seen.GetStatusAsync(cancellationToken);

    public ValueTask<long> GetLastIdAsync(CancellationToken cancellationToken) => _seen.GetLastIdAsync(cancellationToken);

    public ValueTask<DateTimeOffset?> GetWaitingSinceAsync(string destination, DateTimeOffset now, CancellationToken cancellationToken) =>
        _seen.GetWaitingSinceAsync(destination, now, cancellationToken);

    public ValueTask<long> CountNewerAsync(string destination, CancellationToken cancellationToken) => _seen.CountNewerAsync(destination, cancellationToken);

    public ValueTask<int> RestoreAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) => _seen.RestoreAsync(ids, cancellationToken);

    public ValueTask<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(long afterId, int maxCount, CancellationToken cancellationToken) =>
        _seen.ReadDeadLettersAsync(afterId, maxCount, cancellationToken);

    public ValueTask<int> PurgeAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) => _seen.PurgeAsync(ids, cancellationToken);

    public ValueTask<int> PurgeAsync(DateTimeOffset rejectedBefore, CancellationToken cancellationToken) => _seen.PurgeAsync(rejectedBefore, cancellationToken);

    public ValueTask<int> PurgeUserAsync(string userId, CancellationToken cancellationToken) => _outbox.Store.PurgeUserAsync(userId, cancellationToken);

    public ValueTask<UserContents> ReadUserAsync(string userId, CancellationToken cancellationToken) => _outbox.Store.ReadUserAsync(userId, cancellationToken);

    public ValueTask<StoredState?> ReadStateAsync(string name, CancellationToken cancellationToken) => _seen.ReadStateAsync(name, cancellationToken);

    public ValueTask<long> CountBackfillAsync(string destination, CancellationToken cancellationToken) => _seen.CountBackfillAsync(destination, cancellationToken);

    public void Dispose()
    {
        _diagnostics.Dispose();
        _signal.Dispose();
        _seen.Dispose();
    }

    private async Task ShowAsync(OutboxCommit commit)
    {
        _outbox.Commit(commit);
        await _seen.WriteAsync(new OutboxWrite(null, new OutboxCommit([], [.. _shown.Select(row => row with { IntentId = null })])
        {
            DeadLetters = [.. commit.DeadLetters.Select(letter => letter with { Row = letter.Row with { Trial = null } })],
        }));
        _shown.Clear();
    }
}
