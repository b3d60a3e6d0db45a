using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Trials;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A store in memory that can be told to hang or to fail, and that remembers each write it took.</summary>
internal sealed class ScriptedStore : IOutboxStore
{
    private readonly MemoryOutboxStore _inner = new(int.MaxValue);
    private readonly Lock _gate = new();
    private readonly List<IReadOnlyList<OutboxWrite>> _writes = [];
    private Func<CancellationToken, Task> _before = static _ => Task.CompletedTask;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _attempts;

    public string Description => "scripted";

    /// <summary>Gets how often a write was tried.</summary>
    public int Attempts => Volatile.Read(ref _attempts);

    /// <summary>Gets what was committed, transaction by transaction.</summary>
    public IReadOnlyList<IReadOnlyList<OutboxWrite>> Writes
    {
        get
        {
            lock (_gate)
            {
                return [.. _writes];
            }
        }
    }

    /// <summary>Gets the committed rows in the order of their writing.</summary>
    public IReadOnlyList<OutboxRow> Rows => [.. Writes.SelectMany(writes => writes).SelectMany(write => write.Settlement?.Rows ?? [])];

    /// <summary>From now on each write does this first.</summary>
    public void BeforeWriting(Func<CancellationToken, Task> before) => Volatile.Write(ref _before, before);

    /// <summary>From now on writes hang, deaf to their token, until the returned source is completed.</summary>
    public TaskCompletionSource Hang()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        BeforeWriting(_ => release.Task);
        return release;
    }

    public Task WrittenAsync(int count) => UntilAsync(() => Writes.Count >= count);

    public Task AttemptedAsync(int count) => UntilAsync(() => Attempts >= count);

    public async Task<IReadOnlyList<OutboxRow>> RowsAsync(int count)
    {
        await UntilAsync(() => Rows.Count >= count);
        return Rows;
    }

    public ITrialSchedule Trials => _inner.Trials;

    public IOutboxDestinations Destinations => _inner.Destinations;

    public void Open() => _inner.Open();

    public async ValueTask WriteAsync(IReadOnlyList<OutboxWrite> writes, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _attempts);
        Changed();
        await Volatile.Read(ref _before)(cancellationToken);
        await _inner.WriteAsync(writes, cancellationToken);
        lock (_gate)
        {
            _writes.Add([.. writes]);
        }

        Changed();
    }

    public ValueTask<IReadOnlyList<OutboxRow>> ReadAsync(string destination, DateTimeOffset now, int maxRows, CancellationToken cancellationToken) =>
        _inner.ReadAsync(destination, now, maxRows, cancellationToken);

    public ValueTask CompleteAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) => _inner.CompleteAsync(ids, cancellationToken);

    public ValueTask RejectAsync(DeadLetter deadLetter, CancellationToken cancellationToken) => _inner.RejectAsync(deadLetter, cancellationToken);

    public ValueTask<IReadOnlyList<Intent>> ReadOrphanedIntentsAsync(CancellationToken cancellationToken) =>
        _inner.ReadOrphanedIntentsAsync(cancellationToken);

    public ValueTask<OutboxStatus> GetStatusAsync(CancellationToken cancellationToken) => _inner.GetStatusAsync(cancellationToken);

    public ValueTask<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(long afterId, int maxCount, CancellationToken cancellationToken) =>
        _inner.ReadDeadLettersAsync(afterId, maxCount, cancellationToken);

    public ValueTask<int> RestoreAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) => _inner.RestoreAsync(ids, cancellationToken);

    public ValueTask<int> PurgeAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) => _inner.PurgeAsync(ids, cancellationToken);

    public ValueTask<int> PurgeAsync(DateTimeOffset rejectedBefore, CancellationToken cancellationToken) =>
        _inner.PurgeAsync(rejectedBefore, cancellationToken);

    public ValueTask<int> PurgeUserAsync(string userId, CancellationToken cancellationToken) => _inner.PurgeUserAsync(userId, cancellationToken);

    public void Dispose() => _inner.Dispose();

    private void Changed()
    {
        lock (_gate)
        {
            var changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            changed.SetResult();
        }
    }

    private async Task UntilAsync(Func<bool> isEnough)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                changed = _changed.Task;
            }

            if (isEnough())
            {
                return;
            }

            await changed.WaitAsync(TimeSpan.FromSeconds(60));
        }
    }
}
