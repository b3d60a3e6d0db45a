using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Hosting;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Memory;
using Intilery.AspNetCore.Scopes;
using Intilery.AspNetCore.Trials;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Commands;

/// <summary>The operator's door. It opens no outbox by itself: that is the start's.</summary>
internal sealed class OutboxOperations(CaptureSwitch armed, RuntimeMode mode, IServiceProvider services) : IIntileryOutbox
{
    private bool HasOutbox => armed.IsOn && mode.KeepsEvents;

    public async Task<IReadOnlyList<IntileryWaitingEvent>> ListWaitingAsync(
        string? userId, int maxCount, long afterId, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxCount, 1);
        if (!HasOutbox)
        {
            return [];
        }

        var rows = await Store.ReadWaitingAsync(userId, afterId, maxCount, cancellationToken).ConfigureAwait(false);
        return [.. rows.Select(EventOf)];
    }

    public async Task<IReadOnlyList<IntileryDeadLetter>> ListDeadLettersAsync(
        int maxCount, long afterId, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxCount, 1);
        if (!HasOutbox)
        {
            return [];
        }

        var deadLetters = await Store.ReadDeadLettersAsync(afterId, maxCount, cancellationToken).ConfigureAwait(false);
        return [.. deadLetters.Select(EventOf)];
    }

    public async Task<int> RetryDeadLettersAsync(IReadOnlyCollection<long> ids, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (!HasOutbox)
        {
            return 0;
        }

        var restored = await Store.RestoreAsync([.. ids], cancellationToken).ConfigureAwait(false);
        services.GetRequiredService<OutboxSignal>().Set();
        return restored;
    }

    public async Task<int> PurgeDeadLettersAsync(IReadOnlyCollection<long> ids, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return HasOutbox ? await Store.PurgeAsync([.. ids], cancellationToken).ConfigureAwait(false) : 0;
    }

    public async Task<int> PurgeUserAsync(string userId, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(userId);
        if (!armed.IsOn)
        {
            return 0;
        }

        Identified.Forget(userId);
        if (!mode.KeepsEvents)
        {
            return await services.GetRequiredService<CaptureOnlyOutbox>().Store.PurgeUserAsync(userId, cancellationToken).ConfigureAwait(false);
        }

        // What waits in memory would be written after the purge.
        await services.GetRequiredService<OutboxWriter>().WrittenAsync(cancellationToken).ConfigureAwait(false);
        var (erased, faults) = (0, new List<string>());
        try
        {
            // One that cannot be reached is no reason to leave the person in the other.
            foreach (var purge in (Func<string, CancellationToken, ValueTask<int>>[])[Store.PurgeUserAsync, PurgeSpillAsync])
            {
                try
                {
                    erased += await purge(userId, cancellationToken).ConfigureAwait(false);
                }
                catch (IOException exception)
                {
                    faults.Add(exception.Message);
                }
            }
        }
        finally
        {
            // Again: a user who signed in meanwhile was remembered as identified by an event that is erased now.
            Identified.Forget(userId);
        }

        return faults.Count == 0 ? erased : throw new IOException(string.Join(' ', faults));
    }

    public async Task<IntileryUserExport> ExportUserAsync(string userId, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(userId);
        var held = !armed.IsOn ? UserContents.Empty
            : !mode.KeepsEvents ? await services.GetRequiredService<CaptureOnlyOutbox>().Store.ReadUserAsync(userId, cancellationToken).ConfigureAwait(false)
            : await ReadUserAsync(userId, cancellationToken).ConfigureAwait(false);
        return new IntileryUserExport
        {
            UserId = userId,
            Waiting = [.. held.Rows.Select(EventOf)],
            DeadLetters = [.. held.DeadLetters.Select(EventOf)],
            Undecided = [.. held.Intents.Select(intent => PayloadProtection.TextOf(intent.Payload)).Where(json => json.Length > 0)],
            Trials = [.. held.Trials.Select(trial => new IntileryUserTrial
            {
                TrialId = TrialKeys.TrialIdOf(trial.Key),
                GroupId = trial.GroupId,
                StartDate = trial.StartDate,
                EndDate = trial.EndDate,
                PlanName = trial.PlanName,
                EndedAt = trial.EndedAt,
            })],
            Unreached = held.Protected is > 0 and var entries
                ? [.. held.Unreached, $"{entries} entries: they are protected by a key of Data Protection that this application does not have."]
                : held.Unreached,
        };
    }

    public async Task<IReadOnlyList<IntileryOtherDestination>> ListOtherDestinationsAsync(CancellationToken cancellationToken)
    {
        if (!HasOutbox)
        {
            return [];
        }

        var all = await Store.Destinations.ReadAsync(cancellationToken).ConfigureAwait(false);
        return [.. all
            .Where(contents => contents.Destination != Configured)
            .Select(
                contents => new IntileryOtherDestination { Address = contents.Destination, Events = contents.Rows, RunningTrials = contents.Trials })];
    }

    public async Task<bool> RedirectDestinationAsync(IntileryOtherDestination other, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(other);
        var configured = Configured;
        if (!HasOutbox || other.Address == configured
            || !await Store.Destinations.TryRedirectAsync(ContentsOf(other), configured, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        Log.DestinationRedirected(other.Address, other.Events, other.RunningTrials);
        services.GetRequiredService<OutboxSignal>().Set();
        return true;
    }

    public async Task<bool> PurgeDestinationAsync(IntileryOtherDestination other, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!HasOutbox || other.Address == Configured
            || !await Store.Destinations.TryPurgeAsync(ContentsOf(other), cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        Log.DestinationPurged(other.Address, other.Events, other.RunningTrials);
        return true;
    }

    public async Task<FlushOutcome> FlushAsync(CancellationToken cancellationToken) => HasOutbox && mode.Delivers
        ? await services.GetRequiredService<OutboxFlush>().RunAsync(cancellationToken).ConfigureAwait(false)
        : FlushOutcome.NotDelivering;

    private static IntileryWaitingEvent EventOf(OutboxRow row) => new()
    {
        Id = row.Id,
        EventName = row.EventName,
        UserId = row.UserId,
        Address = row.Destination,
        RecordedAt = RowIdSequence.TimeOf(row.Id),
        Json = PayloadProtection.TextOf(row.Payload),
    };

    private static IntileryDeadLetter EventOf(DeadLetter letter) => new()
    {
        Id = letter.Row.Id,
        EventName = letter.Row.EventName,
        UserId = letter.Row.UserId,
        Reason = letter.Message,
        RejectedAt = letter.At,
        Json = PayloadProtection.TextOf(letter.Row.Payload),
    };

    private async ValueTask<int> PurgeSpillAsync(string userId, CancellationToken cancellationToken) =>
        await services.GetRequiredService<OutboxSpill>().PurgeUserAsync(userId, cancellationToken).ConfigureAwait(false);

    private async Task<UserContents> ReadUserAsync(string userId, CancellationToken cancellationToken)
    {
        // What waits in memory is held too.
        await services.GetRequiredService<OutboxWriter>().WrittenAsync(cancellationToken).ConfigureAwait(false);
        var held = await Store.ReadUserAsync(userId, cancellationToken).ConfigureAwait(false);
        return held.With(await services.GetRequiredService<OutboxSpill>().ReadUserAsync(userId, cancellationToken).ConfigureAwait(false));
    }

    private static DestinationContents ContentsOf(IntileryOtherDestination other) => new(other.Address, other.Events, other.RunningTrials);

    private string Configured => services.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue.Destination;

    private ILogger Log => services.GetRequiredService<LifecycleDiagnostics>().Log;

    private BoundedMemory<KnownPerson> Identified => services.GetRequiredService<BoundedMemory<KnownPerson>>();

    private IOutboxStore Store => services.GetRequiredService<IOutboxStore>();
}
