using System.Security.Cryptography;
using System.Text;
using Intilery.AspNetCore.Diagnostics;

namespace Intilery.AspNetCore.Outbox;

/// <summary>A folder for spill files.</summary>
/// <param name="Path">The folder; it is created when it is first needed.</param>
/// <param name="IsTemporary">Whether it is part of the machine's temporary folder: neither a new container nor a cleanup keeps it.</param>
internal sealed record SpillFolder(string Path, bool IsTemporary)
{
    /// <summary>
    /// Returns the folders of an application, the preferred one first: <c>Outbox:SpillPath</c>, else the outbox's own folder; then a
    /// temporary one. Tests under TestServer share the temporary folder, and have none.
    /// </summary>
    public static IReadOnlyList<SpillFolder> Of(IntileryOutboxOptions options, string? outboxFolder, string contentRoot, bool isTest)
    {
        var configured = options.SpillPath ?? options.Path;
        var preferred = configured is not null ? System.IO.Path.GetFullPath(configured, contentRoot) : outboxFolder;
        var folders = new List<SpillFolder>();
        if (preferred is not null)
        {
            folders.Add(new SpillFolder(preferred, IsTemporary: false));
        }

        if (!isTest)
        {
            // Of this account and application alone: the temporary folder is everybody's.
            var name = SHA256.HashData(Encoding.UTF8.GetBytes($"{Environment.UserName}\n{contentRoot}"));
            folders.Add(
                new SpillFolder(
                    System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"intilery-{Convert.ToHexStringLower(name.AsSpan(0, 8))}"),
                    IsTemporary: true));
        }

        return folders;
    }
}

/// <summary>
/// Keeps in files what the outbox could not take before the process ended, until a later process has written it to the outbox.
/// </summary>
/// <param name="folders">Where files may be, the preferred folder first.</param>
/// <param name="maxBytes">How many bytes the files of a folder may have together.</param>
/// <param name="protection">Protects what is saved.</param>
/// <param name="diagnostics">Reports what is saved and what is written.</param>
internal sealed class OutboxSpill(
    IReadOnlyList<SpillFolder> folders, long maxBytes, PayloadProtection protection, LifecycleDiagnostics diagnostics)
    : IDisposable
{
    private const int WritesPerRead = 256;

    private readonly SemaphoreSlim _gate = new(1);
    private readonly HashSet<string> _refused = [];

    /// <summary>Saves writes in a file. Returns how many of the events could not be saved. Does not throw.</summary>
    public int Save(IReadOnlyList<OutboxWrite> writes)
    {
        // Of an end without a user only the schedule knows whose trial it is, and the function that asks it cannot be saved.
        IReadOnlyList<OutboxWrite> left = [.. writes.Select(write => write.Commit is { } commit
            ? write with { Commit = commit with { Rows = [.. commit.Rows.Where(row => row.Payload.Length > 0)] } }
            : write)];
        var unsavable = writes.Sum(EventsOf) - left.Sum(EventsOf);
        foreach (var folder in folders)
        {
            if (left.Count == 0)
            {
                break;
            }

            try
            {
                left = Save(folder, left);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
            {
                diagnostics.Log.SpillFailed(folder.Path, exception.Message);
            }
        }

        return unsavable + left.Sum(EventsOf);
    }

    /// <summary>Hands over what earlier processes saved, part by part. A file is deleted once all of it is written.</summary>
    /// <param name="write">Writes to the outbox, and returns when that is committed.</param>
    /// <param name="recover">Composes the events of changes that no scope has committed.</param>
    /// <param name="cancellationToken">Ends it; the next call goes on.</param>
    public async Task RestoreAsync(
        Func<IReadOnlyList<OutboxWrite>, CancellationToken, Task> write,
        Func<IReadOnlyList<Intent>, CancellationToken, Task> recover,
        CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (var path in folders.SelectMany(SpillFile.In).Where(path => !_refused.Contains(path)))
            {
                await RestoreAsync(path, write, recover, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Erases a person from the files. Returns how many entries that were.</summary>
    /// <exception cref="IOException">A file could not be reached; the others are erased from all the same.</exception>
    public async Task<int> PurgeUserAsync(string userId, CancellationToken cancellationToken)
    {
        var erased = 0;
        var faults = new List<string>();
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (var path in folders.SelectMany(SpillFile.In))
            {
                try
                {
                    erased += PurgeUser(path, userId);
                }
                catch (Exception exception)
                    when (exception is IOException or UnauthorizedAccessException or FormatException && File.Exists(path))
                {
                    faults.Add($"{path}: {exception.Message}");
                }
            }
        }
        finally
        {
            _gate.Release();
        }

        return faults.Count == 0
            ? erased
            : throw new IOException($"The user could not be erased from every spill file. {string.Join(' ', faults)}");
    }

    /// <summary>Returns what the files hold of a person, and what could not be reached.</summary>
    public async Task<UserContents> ReadUserAsync(string userId, CancellationToken cancellationToken)
    {
        var held = UserContents.Empty;
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (var path in folders.SelectMany(SpillFile.In))
            {
                try
                {
                    held = held.With(ReadUser(path, userId));
                }
                catch (Exception exception)
                    when (exception is IOException or UnauthorizedAccessException or FormatException && File.Exists(path))
                {
                    held = held with { Unreached = [.. held.Unreached, $"{path}: {exception.Message}"] };
                }
            }
        }
        finally
        {
            _gate.Release();
        }

        return held;
    }

    public void Dispose() => _gate.Dispose();

    private static int EventsOf(OutboxWrite write) => write.Commit is { } commit ? commit.Rows.Count + commit.DeadLetters.Count : 0;

    private IReadOnlyList<OutboxWrite> Save(SpillFolder folder, IReadOnlyList<OutboxWrite> writes)
    {
        using var file = SpillFile.Create(folder, maxBytes, protection);
        var saved = 0;
        while (saved < writes.Count && file.TryAdd(writes[saved]))
        {
            saved++;
        }

        if (saved == 0)
        {
            file.Delete();
            return writes;
        }

        file.Flush();
        if (writes.Take(saved).Sum(EventsOf) is > 0 and var events)
        {
            diagnostics.Log.EventsSpilled(events, file.Path);
            if (folder.IsTemporary)
            {
                diagnostics.Log.SpillIsTemporary(folder.Path);
            }
        }

        return [.. writes.Skip(saved)];
    }

    private async Task RestoreAsync(
        string path,
        Func<IReadOnlyList<OutboxWrite>, CancellationToken, Task> write,
        Func<IReadOnlyList<Intent>, CancellationToken, Task> recover,
        CancellationToken cancellationToken)
    {
        try
        {
            using var file = SpillFile.TryTake(path, protection);
            if (file is null)
            {
                return;
            }

            var events = 0;
            var open = new Dictionary<long, Intent>();
            while (file.Read(WritesPerRead) is { Count: > 0 } writes)
            {
                await write(writes, cancellationToken).ConfigureAwait(false);
                foreach (var one in writes)
                {
                    Follow(one, open);
                }

                events += writes.Sum(EventsOf);
                if (open.Count == 0)
                {
                    // Written once: a process that ends here does not send it again.
                    file.MarkRead();
                }
            }

            await recover([.. open.Values], cancellationToken).ConfigureAwait(false);
            file.Delete();
            if (events > 0)
            {
                diagnostics.Log.SpillRestored(events, path);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            // Another user's, a newer version's, damaged: it stays, and the others are restored all the same.
            if (_refused.Add(path))
            {
                diagnostics.Log.SpillRefused(path, exception.Message);
            }
        }
    }

    private static void Follow(OutboxWrite write, Dictionary<long, Intent> open)
    {
        if (write.Intent is { } intent)
        {
            open[intent.Id] = intent;
        }

        foreach (var committed in write.Commit?.Intents ?? [])
        {
            open.Remove(committed);
        }
    }

    private UserContents ReadUser(string path, string userId)
    {
        using var file = SpillFile.TryTake(path, protection)
            ?? throw new IOException("another process is writing it to the outbox at this moment.");
        var held = UserContents.Empty;
        while (file.Read(WritesPerRead) is { Count: > 0 } writes)
        {
            var commits = writes.Select(write => write.Commit).OfType<OutboxCommit>().ToList();
            held = held.With(new UserContents(
                [.. commits.SelectMany(commit => commit.Rows).Where(row => row.UserId == userId || row.Trial?.Trial.UserId == userId)],
                [.. writes.Select(write => write.Intent).OfType<Intent>().Where(intent => intent.UserId == userId)],
                [.. commits.SelectMany(commit => commit.DeadLetters).Where(letter => letter.Row.UserId == userId)],
                [.. commits.SelectMany(commit => commit.Trials).Select(change => change.Trial).Where(trial => trial.UserId == userId)]));
        }

        return held;
    }

    private int PurgeUser(string path, string userId)
    {
        using var file = SpillFile.TryTake(path, protection)
            ?? throw new IOException("another process is writing it to the outbox; erase again afterwards.");
        var (erased, kept) = (0, new List<OutboxWrite>());
        while (file.Read(WritesPerRead) is { Count: > 0 } writes)
        {
            foreach (var write in writes)
            {
                var (own, others) = Without(write, userId);
                erased += own;
                kept.AddRange(others is { } left ? [left] : []);
            }
        }

        if (erased > 0)
        {
            if (kept.Count > 0)
            {
                using var rest = SpillFile.Create(
                    new SpillFolder(Path.GetDirectoryName(path)!, IsTemporary: false), long.MaxValue, protection);
                kept.ForEach(write => rest.TryAdd(write));
                rest.Flush();
            }

            file.Delete();
        }

        return erased;
    }

    private static (int Erased, OutboxWrite? Left) Without(OutboxWrite write, string userId)
    {
        if (write.Intent is { } intent)
        {
            return intent.UserId == userId ? (1, null) : (0, write);
        }

        if (write.Commit is not { } commit)
        {
            return (0, write);
        }

        var left = commit with
        {
            Rows = [.. commit.Rows.Where(row => row.UserId != userId && row.Trial?.Trial.UserId != userId)],
            DeadLetters = [.. commit.DeadLetters.Where(letter => letter.Row.UserId != userId)],
            Trials = [.. commit.Trials.Where(change => change.Trial.UserId != userId)],
        };
        return (
            commit.Rows.Count - left.Rows.Count + commit.DeadLetters.Count - left.DeadLetters.Count + commit.Trials.Count - left.Trials.Count,
            new OutboxWrite(null, left));
    }
}
