
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox.Memory;
using Intilery.AspNetCore.Outbox.Sqlite;

namespace Intilery.AspNetCore.Outbox;

/// <summary>Chooses where the outbox of this process lives: the configured folder or nothing, else the first default that works.</summary>
internal sealed class OutboxPlacement(LifecycleDiagnostics diagnostics, PayloadProtection protection)
{
    /// <summary>How many events memory holds where it is the outbox.</summary>
    public const int MemoryCapacity = 20_000;

    /// <summary>Returns the opened store.</summary>
    /// <exception cref="IOException">The configured folder cannot be used.</exception>
    public IOutboxStore Open(IntileryOutboxOptions options, string contentRoot)
    {
        if (options.Path is { } path)
        {
            var folder = Path.GetFullPath(path, contentRoot);
            return TryOpen(folder, options, out var fault)
                ?? throw new IOException($"Intilery:Outbox:Path is {folder}, which cannot be used: {fault!.TrimEnd('.')}.");
        }

        var preferred = OutboxFolder.Default(contentRoot);
        if (TryOpen(preferred, options, out var preferredFault) is { } store)
        {
            return store;
        }

        var local = OutboxFolder.InstanceLocal(contentRoot);
        var localFault = "this account has no folder for local data; HOME is not set";
        if (local is not null && TryOpen(local, options, out localFault) is { } localStore)
        {
            diagnostics.Log.OutboxFallback(
                preferred, preferredFault!, $"Using {local}: waiting events survive the process, but not the loss of this machine or container.");
            return localStore;
        }

        diagnostics.Log.OutboxFallback(
            preferred,
            preferredFault!,
            $"Nor can {local ?? "a folder of this machine"} ({localFault}). Using memory: waiting events survive only a graceful stop during which "
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
        catch (Exception exception) when (exception is IOException or DllNotFoundException or TypeInitializationException or UnauthorizedAccessException)
        {
            store.Dispose();
            // An IOException names the file; the others say nothing that their cause does not say better.
            fault = (exception is IOException ? exception : exception.GetBaseException()).Message;
            return null;
        }
    }
}
