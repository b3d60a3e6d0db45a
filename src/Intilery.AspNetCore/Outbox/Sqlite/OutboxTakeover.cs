using Intilery.AspNetCore.Diagnostics;
using Microsoft.Data.Sqlite;

namespace Intilery.AspNetCore.Outbox.Sqlite;

/// <summary>
/// The files that processes which ended have left, on their way into this process's own file. They are claimed at once and moved part by
/// part, while delivery goes on: what they still hold of a user is moved before anything of that user is read.
/// </summary>
/// <param name="files">The folder's files.</param>
/// <param name="take">Takes a part into the own file: within its limit, or whatever that is.</param>
/// <param name="forget">Removes from the own file what a left file no longer had: a person was erased meanwhile.</param>
/// <param name="diagnostics">The log.</param>
internal sealed class OutboxTakeover(
    OutboxFiles files,
    Func<OutboxContents, bool, CancellationToken, ValueTask> take,
    Func<OutboxContents, CancellationToken, ValueTask> forget,
    LifecycleDiagnostics diagnostics)
    : IDisposable
{
    private static readonly TimeSpan _longestWait = TimeSpan.FromSeconds(1);

    // A part is read, taken and removed before the own file is read, or another part moved.
    private readonly SemaphoreSlim _moving = new(1, 1);
    private readonly List<LeftFile> _left = [];
    private bool _isDisposed;

    /// <summary>
    /// Claims the files that no process holds, and moves their intents, which hold their users back. Returns the greatest id of the rows in
    /// them; 0 if there are none.
    /// </summary>
    /// <exception cref="IOException">The own file does not take the intents.</exception>
    public ValueTask<long> ClaimAsync(string? except, CancellationToken cancellationToken) => LockedAsync(
        async () =>
        {
            foreach (var (file, database) in files.TakeLeft(except))
            {
                var left = new LeftFile(file, database);
                _left.Add(left);
                await UseAsync(left, () => MoveIntentsAsync(left, cancellationToken)).ConfigureAwait(false);
            }

            return _left.Select(left => left.LastId).DefaultIfEmpty().Max();
        },
        cancellationToken);

    /// <summary>
    /// Moves everything out of the claimed files. Those that this fails for are given back, for this or another process to claim again.
    /// </summary>
    /// <exception cref="IOException">The own file does not take it.</exception>
    public async ValueTask MoveAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await LockedAsync(
                () => new ValueTask<LeftFile?>(_left.FirstOrDefault()), cancellationToken).ConfigureAwait(false) is { } left)
            {
                await MoveAsync(left, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            // No token: what is not given back is lost to all until this process ends.
            await LockedAsync(
                () =>
                {
                    Release();
                    return new ValueTask<bool>(true);
                },
                CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Reads rows from the own file, in order: without those of users of whom a claimed file still holds earlier ones. Part of these is
    /// moved at once, so that the next read returns them.
    /// </summary>
    public ValueTask<IReadOnlyList<OutboxRow>> ReadAsync(Func<ValueTask<IReadOnlyList<OutboxRow>>> read, CancellationToken cancellationToken) => LockedAsync(
        async () =>
        {
            while (true)
            {
                var rows = await read().ConfigureAwait(false);
                if (_left.Count == 0 || rows.Count == 0)
                {
                    return rows;
                }

                try
                {
                    var earlier = await MoveEarlierAsync(rows, cancellationToken).ConfigureAwait(false);
                    if (earlier.Count == 0)
                    {
                        return rows;
                    }

                    var others = rows.Where(row => row.UserId is not { } user || !earlier.Contains(user)).ToList();
                    if (others.Count > 0)
                    {
                        return others;
                    }
                }
                catch (Exception exception) when (exception is IOException or SqliteException)
                {
                    // Delivery makes the room that the move lacks. It does not wait for a file that may never be read.
                    diagnostics.Failed("taking over the events of a process that ended", exception);
                    return rows;
                }
            }
        },
        cancellationToken);

    public void Dispose()
    {
        // A disk that hangs must not hang the host's end: the system closes what is still in use then.
        if (_moving.Wait(_longestWait))
        {
            _isDisposed = true;
            Release();
            _moving.Release();
        }
    }

    private async ValueTask MoveAsync(LeftFile left, CancellationToken cancellationToken)
    {
        var parts = left.Database.ReadPartsAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var _ = parts.ConfigureAwait(false);
        while (await LockedAsync(MoveNextAsync, cancellationToken).ConfigureAwait(false))
        {
        }

        async ValueTask<bool> MoveNextAsync()
        {
            if (!_left.Contains(left))
            {
                return false;
            }

            var isMore = false;
            await UseAsync(
                left,
                async () =>
                {
                    isMore = await parts.MoveNextAsync().ConfigureAwait(false);
                    if (isMore)
                    {
                        await MovePartAsync(left, parts.Current, withoutLimit: false, cancellationToken).ConfigureAwait(false);
                    }
                    else
                    {
                        files.Emptied(left.File, left.Database);
                        Release(left);
                    }
                }).ConfigureAwait(false);
            return isMore;
        }
    }

    // What is damaged is set aside, what cannot be read is left: neither keeps the others.
    private async ValueTask UseAsync(LeftFile left, Func<ValueTask> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (SqliteException exception) when (SqliteFaults.IsDamage(exception))
        {
            left.Database.Abandon();
            Release(left, keepFile: true);
            files.SetAside(left.File, exception.Message);
        }
        catch (SqliteException exception)
        {
            Release(left);
            files.Refuse(left.File.Path, exception);
        }
        catch
        {
            // There is no room for it, or the process stops: it is this or another process's to claim again.
            Release(left);
            throw;
        }
    }

    private async ValueTask MoveIntentsAsync(LeftFile left, CancellationToken cancellationToken)
    {
        left.LastId = await left.Database.Outbox.ReadLastIdAsync(cancellationToken).ConfigureAwait(false);
        var intents = await left.Database.Outbox.ReadIntentsAsync(cancellationToken).ConfigureAwait(false);
        if (intents.Count > 0)
        {
            await MovePartAsync(
                left,
                new OutboxContents([.. intents.Select(stored => stored.Intent)], [], []),
                withoutLimit: false,
                cancellationToken).ConfigureAwait(false);
        }
    }

    // Returns the users whose rows are not the next to deliver. They are moved whatever the limit: nothing of these users goes before.
    private async ValueTask<HashSet<string>> MoveEarlierAsync(IReadOnlyList<OutboxRow> rows, CancellationToken cancellationToken)
    {
        var (users, room) = (new HashSet<string>(StringComparer.Ordinal), OutboxDatabase.RowsPerPart);
        foreach (var user in rows.Select(row => row.UserId).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            foreach (var left in _left)
            {
                // One is enough to know.
                var earlier = await left.Database.ReadOfUserAsync(user, Math.Max(room, 1), cancellationToken).ConfigureAwait(false);
                if (earlier.Rows.Count == 0)
                {
                    continue;
                }

                users.Add(user);
                if (room > 0)
                {
                    await MovePartAsync(left, earlier, withoutLimit: true, cancellationToken).ConfigureAwait(false);
                    room -= earlier.Rows.Count;
                }
            }
        }

        return users;
    }

    private async ValueTask MovePartAsync(LeftFile left, OutboxContents part, bool withoutLimit, CancellationToken cancellationToken)
    {
        await take(part, withoutLimit, cancellationToken).ConfigureAwait(false);
        if (await left.Database.RemoveAsync(part, cancellationToken).ConfigureAwait(false) is { IsEmpty: false } erased)
        {
            await forget(erased, cancellationToken).ConfigureAwait(false);
        }

        left.Moved += part.Rows.Count;
    }

    private void Release()
    {
        foreach (var left in _left.ToList())
        {
            Release(left);
        }
    }

    private void Release(LeftFile left, bool keepFile = false)
    {
        _left.Remove(left);
        left.Database.Dispose();
        if (!keepFile)
        {
            left.File.Dispose();
        }

        if (left.Moved > 0)
        {
            diagnostics.Log.OutboxAdopted(left.Moved, left.File.Path);
        }
    }

    private async ValueTask<T> LockedAsync<T>(Func<ValueTask<T>> work, CancellationToken cancellationToken)
    {
        await _moving.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _isDisposed ? throw new IOException("The outbox is closed.") : await work().ConfigureAwait(false);
        }
        finally
        {
            _moving.Release();
        }
    }

    private sealed record LeftFile(OutboxFile File, OutboxDatabase Database)
    {
        public long LastId { get; set; }

        public int Moved { get; set; }
    }
}
