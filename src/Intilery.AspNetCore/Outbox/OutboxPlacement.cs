using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox.Memory;
using Intilery.AspNetCore.Outbox.Sqlite;

namespace Intilery.AspNetCore.Outbox;

/// <summary>
/// Opens the embedded outbox of this process: in the first folder of <see cref="OutboxFolder.Candidates"/> that works, else in memory.
/// </summary>
internal sealed class OutboxPlacement(LifecycleDiagnostics diagnostics, PayloadProtection protection)
{
    /// <summary>How many events memory holds where it is the outbox.</summary>
    public const int MemoryCapacity = 20_000;

    /// <summary>Returns the opened store.</summary>
    /// <exception cref="IOException">The configured folder cannot be used.</exception>
    public IOutboxStore Open(IntileryOutboxOptions options, string contentRoot)
    {
        var folders = OutboxFolder.Candidates(options, contentRoot);
        var faults = new List<string>();
        foreach (var folder in folders)
        {
            if (TryOpen(folder, options, out var fault) is { } store)
            {
                if (faults.Count > 0)
                {
                    diagnostics.Log.OutboxFallback(
                        folders[0],
                        faults[0],
                        $"Using {folder}: waiting events survive the process, but not the loss of this machine or container.");
                }

                return store;
            }

            faults.Add(fault!);
        }

        if (options.Path is not null)
        {
            throw new IOException($"Intilery:Outbox:Path is {folders[0]}, which cannot be used: {faults[0].TrimEnd('.')}.");
        }

        var local = folders.Count > 1
            ? $"{folders[1]} ({faults[1]})"
            : "a folder of this machine (this account has no folder for local data; HOME is not set)";
        diagnostics.Log.OutboxFallback(
            folders[0],
            faults[0],
            $"Nor can {local}. Using memory: waiting events survive only a graceful stop during which "
            + "Intilery takes them. Set Intilery:Outbox:Path to a writable folder.");
        return OpenMemory();
    }

    /// <summary>Returns a store in memory.</summary>
    public MemoryOutboxStore OpenMemory() => new(MemoryCapacity, new MemoryTrials(MemoryTrials.DefaultCapacity, diagnostics), diagnostics);

    private SqliteOutboxStore? TryOpen(string folder, IntileryOutboxOptions options, out string? fault)
    {
        fault = OutboxFolder.Fault(folder);
        if (fault is not null)
        {
            return null;
        }

        var store = new SqliteOutboxStore(
            new SqliteOutboxSettings(folder, options.SyncEveryCommit, options.MaxBytes) { Protection = protection }, diagnostics);
        try
        {
            store.Open();
            if (OutboxFolder.IsOpenToOthers(folder))
            {
                diagnostics.Log.OutboxFolderOpen(folder);
            }

            return store;
        }
        catch (Exception exception)
            when (exception is IOException or DllNotFoundException or TypeInitializationException or UnauthorizedAccessException)
        {
            store.Dispose();
            // An IOException names the file; the message of the others adds nothing to their cause's.
            fault = (exception is IOException ? exception : exception.GetBaseException()).Message;
            return null;
        }
    }
}
