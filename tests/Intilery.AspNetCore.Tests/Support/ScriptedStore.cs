using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A store in memory that can be told to hang or to fail, and that remembers each write it took.</summary>
internal sealed class ScriptedStore() : WrappedStore(int.MaxValue)
{
    private readonly Lock _gate = new();
    private readonly List<IReadOnlyList<OutboxWrite>> _writes = [];
    private Func<CancellationToken, Task> _before = static _ => Task.CompletedTask;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _attempts;

    public override string Description => "scripted";

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
    public IReadOnlyList<OutboxRow> Rows => [.. Writes.SelectMany(writes => writes).SelectMany(write => write.Commit?.Rows ?? [])];

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

    public override async ValueTask WriteAsync(IReadOnlyList<OutboxWrite> writes, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _attempts);
        Changed();
        await Volatile.Read(ref _before)(cancellationToken);
        await base.WriteAsync(writes, cancellationToken);
        lock (_gate)
        {
            _writes.Add([.. writes]);
        }

        Changed();
    }

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

            await changed.WaitAsync(Patience.Limit);
        }
    }
}
