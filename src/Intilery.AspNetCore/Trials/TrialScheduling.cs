using System.Buffers;
using System.Text.Json;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Trials;

/// <summary>Creates the change of the schedule for a trial's event; the schedule decides whether the event is recorded.</summary>
internal sealed class TrialScheduling(TrialPlacement placement, LifecycleDiagnostics diagnostics)
{
    private bool _isSaid;

    /// <summary>Returns the row, with the change of its trial, if it is a trial's event.</summary>
    public OutboxRow Schedule(OutboxRow row, Message message) => message.Event switch
    {
        TrialStarted started when IsOn(started.TrialEndDate) && Trial(message, started) is { } trial =>
            row with { Trial = new TrialChange(TrialChangeKind.Start, trial with { Destination = row.Destination }, row.Id) { IsOfAccount = IsOfAccount(started.TrialId, message) } },
        TrialEnded ended when IsOn(null) && Trial(message, ended) is { } trial =>
            row with
            {
                Trial = new TrialChange(TrialChangeKind.End, trial with { Destination = row.Destination }, row.Id)
                {
                    IsOfAccount = IsOfAccount(ended.TrialId, message),
                    Complete = (own, known) => Complete(own, message, ended, known),
                },
            },
        _ => row,
    };

    /// <summary>
    /// Returns the row of a trial's end without a user: the schedule provides the user who started it, and completes the event.
    /// <see langword="null"/> without a schedule.
    /// </summary>
    public OutboxRow? Unnamed(OutboxRow row, Message message)
    {
        var scheduled = Schedule(row, message);
        if (scheduled.Trial is not null)
        {
            return scheduled;
        }

        diagnostics.Suppressed(message.EventName, Reasons.NoUser);
        return null;
    }

    /// <summary>
    /// Returns the change of a trial whose dates or plan have changed, without an event; <see langword="null"/> without a schedule.
    /// </summary>
    public TrialChange? Move(string destination, long id, long? intentId, Message message) =>
        message.Event is TrialStarted now && IsOn(now.TrialEndDate) && Trial(message, now) is { } trial
            ? new TrialChange(TrialChangeKind.Move, trial with { Destination = destination }, id) { IntentId = intentId }
            : null;

    private static Trial? Trial(Message message, TrialEvent track) =>
        TrialKeys.Of(track.TrialId, message.GroupId, message.UserId) is not { } key ? null : new Trial(key)
    {
        UserId = message.UserId,
        GroupId = message.GroupId,
        StartDate = track.TrialStartDate,
        EndDate = track.TrialEndDate,
        PlanName = PlanOf(track.TrialPlanName),
    };

    private static bool IsOfAccount(string? trialId, Message message) => trialId is null && message.GroupId is not null;

    private static string? PlanOf(string? name) => name is null ? null : EventText.Clean(name, EventText.MaxValueLength);

    // The code that ends a trial seldom has its dates, and the current user is seldom the trial's user.
    private static OutboxRow? Complete(OutboxRow row, Message message, TrialEnded ended, Trial? known)
    {
        var user = ended.UserId ?? known?.UserId ?? message.UserId;
        var filled = ended with
        {
            TrialStartDate = ended.TrialStartDate ?? known?.StartDate,
            TrialEndDate = ended.TrialEndDate ?? known?.EndDate,
            TrialPlanName = ended.TrialPlanName ?? known?.PlanName,
        };
        var whole = message with
        {
            UserId = user,
            GroupId = message.GroupId ?? known?.GroupId,
            Event = filled,
            Content = message.Content is { } content ? EventContent.Filled(content, ended, filled) : null,
        };
        if (user != message.UserId)
        {
            // The browser belongs to the person who ends the trial.
            whole = whole with { Browser = null, AnonymousId = null };
        }

        if (whole is { UserId: null, AnonymousId: null })
        {
            return null;
        }

        return whole != message && FittingWriter.TryWrite(whole, out var json, out _)
            ? row with { UserId = user, Payload = json.ToArray() }
            : row;
    }

    private bool IsOn(DateTimeOffset? end)
    {
        if (end is not null && placement is TrialPlacement.Memory or TrialPlacement.Refused && !Interlocked.Exchange(ref _isSaid, true))
        {
            if (placement == TrialPlacement.Memory)
            {
                diagnostics.Log.TrialsInMemory();
            }
            else
            {
                diagnostics.Log.TrialsNotScheduled();
            }
        }

        return placement != TrialPlacement.Refused;
    }
}

/// <summary>Reports the results of a commit's changes.</summary>
internal static class TrialReport
{
    /// <summary>Counts the events that the schedule has refused, and wakes the clock. Returns the number of refused events.</summary>
    public static int Write(OutboxCommit committed, OutboxSignal signal, LifecycleDiagnostics diagnostics)
    {
        if (!committed.ChangesTrials)
        {
            return 0;
        }

        var refused = 0;
        foreach (var row in committed.Rows)
        {
            if (row.Trial?.Refusal is { } reason)
            {
                refused++;
                diagnostics.Suppressed(row.EventName, reason);
            }
        }

        signal.SetTrials();
        return refused;
    }
}

/// <summary>The properties of an event after the enrichers of the application.</summary>
internal static class EventContent
{
    /// <summary>Returns the content, completed with the properties that the event has gained since the enrichers ran.</summary>
    public static IReadOnlyDictionary<string, object?> Filled(
        IReadOnlyDictionary<string, object?> content, LifecycleEvent seen, LifecycleEvent now)
    {
        var known = Of(seen);
        var filled = new Dictionary<string, object?>(content, StringComparer.Ordinal);
        foreach (var (name, value) in Of(now))
        {
            if (!known.ContainsKey(name))
            {
                filled.TryAdd(name, value);
            }
        }

        return filled;
    }

    private static Dictionary<string, JsonElement> Of(LifecycleEvent track)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            track.WriteProperties(new PropertyWriter(json));
            json.WriteEndObject();
        }

        using var properties = JsonDocument.Parse(buffer.WrittenMemory);
        return properties.RootElement.EnumerateObject().ToDictionary(
            property => property.Name, property => property.Value.Clone(), StringComparer.Ordinal);
    }
}
