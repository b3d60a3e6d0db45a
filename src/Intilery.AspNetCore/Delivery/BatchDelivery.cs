using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Delivery;

/// <summary>Delivers what is first in the outbox by the rules, down to the one bad call in it.</summary>
internal sealed class BatchDelivery(
    IOutboxReader outbox, BatchSender sender, Backoff backoff, DeliveryState state, DeliveryDiagnostics diagnostics)
{
    /// <summary>How long a wrong set-up is left alone before it is tried again.</summary>
    public static readonly TimeSpan PauseDelay = TimeSpan.FromMinutes(1);

    private const int MaxRowsPerRead = 1000;

    private readonly RejectionStreak _streak = new();

    // Acknowledged, but not removed: the outbox failed. They are removed before anything else is sent, and never sent again.
    private readonly HashSet<long> _acknowledged = [];

    /// <summary>Returns the rows that can be delivered now, in order.</summary>
    public ValueTask<IReadOnlyList<OutboxRow>> ReadAsync(DeliverySettings settings, CancellationToken cancellationToken) =>
        ReadAsync(settings, MaxRowsPerRead, cancellationToken);

    /// <summary>Returns the first of the rows that can be delivered now, in order.</summary>
    public async ValueTask<IReadOnlyList<OutboxRow>> ReadAsync(DeliverySettings settings, int maxRows, CancellationToken cancellationToken)
    {
        await RemoveAcknowledgedAsync().ConfigureAwait(false);
        var rows = await ReadOnceAsync().ConfigureAwait(false);
        var readable = await SetAsideUnreadableAsync(rows).ConfigureAwait(false);

        // What follows rows that cannot be read is due too.
        return readable.Count == 0 && rows.Count > 0
            ? await SetAsideUnreadableAsync(await ReadOnceAsync().ConfigureAwait(false)).ConfigureAwait(false)
            : readable;

        ValueTask<IReadOnlyList<OutboxRow>> ReadOnceAsync() =>
            outbox.ReadAsync(settings.Destination, diagnostics.Time.GetUtcNow(), maxRows, cancellationToken);
    }

    /// <summary>
    /// Delivers as many of the rows as one request takes; while delivery is paused, one alone. Returns <see langword="null"/> when
    /// the next can follow, else how long to wait before it. What was not acknowledged or rejected is still in the outbox.
    /// </summary>
    public async Task<TimeSpan?> DeliverAsync(DeliverySettings settings, IReadOnlyList<OutboxRow> rows, CancellationToken cancellationToken)
    {
        if (state.Pause is { } pause && pause.Settings == settings)
        {
            return await ProbeAsync(settings, rows, pause, cancellationToken).ConfigureAwait(false);
        }

        state.Resume();
        var left = new Stack<Batch>([BatchPacker.Take(rows)]);
        while (left.TryPop(out var batch))
        {
            var (decision, answer) = await SendAsync(settings, batch, cancellationToken).ConfigureAwait(false);
            switch (decision)
            {
                case DeliveryDecision.Acknowledge:
                    await AcceptAsync(batch).ConfigureAwait(false);
                    break;

                case DeliveryDecision.Bisect or DeliveryDecision.Split when batch.Rows.Count > 1:
                    var (first, second) = batch.Halve();
                    left.Push(second);
                    left.Push(first);
                    break;

                case DeliveryDecision.Bisect or DeliveryDecision.Split:
                    await RejectAsync(batch.Rows[0], answer).ConfigureAwait(false);
                    if (_streak.IsDoubtful)
                    {
                        return await DoubtAsync(settings, answer, cancellationToken).ConfigureAwait(false);
                    }

                    break;

                default:
                    return Wait(settings, decision, answer);
            }
        }

        return null;
    }

    private async Task<(DeliveryDecision Decision, DeliveryAnswer Answer)> SendAsync(
        DeliverySettings settings, Batch batch, CancellationToken cancellationToken)
    {
        var (decision, answer) = await sender.SendAsync(settings, batch, cancellationToken).ConfigureAwait(false);
        state.Answered(new LastAnswer(diagnostics.Time.GetUtcNow(), batch.Rows.Count, answer));
        if (decision == DeliveryDecision.BackOff)
        {
            state.Fail(settings, answer, diagnostics.Time.GetUtcNow());
        }
        else
        {
            state.Reach();
        }

        return (decision, answer);
    }

    private async Task AcceptAsync(Batch batch)
    {
        _acknowledged.UnionWith(batch.Rows.Select(row => row.Id));
        backoff.Reset();
        _streak.End(batch.Rows);
        state.Resume();
        diagnostics.Delivered(batch.Rows.Count);
        await RemoveAcknowledgedAsync().ConfigureAwait(false);
        state.Change();
    }

    // No token: what was accepted is noted even while the host stops.
    private async ValueTask RemoveAcknowledgedAsync()
    {
        if (_acknowledged.Count > 0)
        {
            await outbox.CompleteAsync([.. _acknowledged], CancellationToken.None).ConfigureAwait(false);
            _acknowledged.Clear();
        }
    }

    private async ValueTask<IReadOnlyList<OutboxRow>> SetAsideUnreadableAsync(IReadOnlyList<OutboxRow> rows)
    {
        if (rows.All(row => row.IsReadable))
        {
            return rows;
        }

        foreach (var row in rows.Where(row => !row.IsReadable))
        {
            await outbox.RejectAsync(
                new DeadLetter(
                    row,
                    row.IsProtected ? PayloadProtection.Refusal : "What the outbox holds of it cannot be read.",
                    diagnostics.Time.GetUtcNow()),
                CancellationToken.None).ConfigureAwait(false);
            diagnostics.Unreadable(row);
        }

        return [.. rows.Where(row => row.IsReadable)];
    }

    private async Task RejectAsync(OutboxRow row, DeliveryAnswer answer)
    {
        var message = answer.Message ?? answer.Outcome;
        await outbox.RejectAsync(new DeadLetter(row, message, diagnostics.Time.GetUtcNow()), CancellationToken.None).ConfigureAwait(false);
        _streak.Add(row);
        diagnostics.Rejected(row, message);
        state.Reject(diagnostics.Time.GetTimestamp());
    }

    // One call at a time: while nothing is known to work, no megabyte is sent.
    private async Task<TimeSpan?> ProbeAsync(
        DeliverySettings settings, IReadOnlyList<OutboxRow> rows, DeliveryPause pause, CancellationToken cancellationToken)
    {
        var asked = await AskAsync(settings, pause.IsForRejections ? _streak.Probes(rows) : [rows[0]], rejects: false, cancellationToken)
            .ConfigureAwait(false);
        if (asked.IsAccepted || asked.Delay is not null)
        {
            return asked.Delay;
        }

        if (pause.IsForRejections)
        {
            return Pause(pause with { Answer = asked.Rejection ?? pause.Answer });
        }

        // The API reads calls again; what it thinks of this one is found out as always.
        state.Resume();
        return null;
    }

    // Are the events bad, or is everything rejected? If one is accepted, the rejections stand. Others' events are asked first,
    // then the next ones, in order: whichever is accepted, everything of its user before it has been judged.
    private async Task<TimeSpan?> DoubtAsync(DeliverySettings settings, DeliveryAnswer answer, CancellationToken cancellationToken)
    {
        var isAccepted = false;
        try
        {
            var rows = await ReadAsync(settings, cancellationToken).ConfigureAwait(false);
            var asked = await AskAsync(settings, _streak.Probes(rows), rejects: false, cancellationToken).ConfigureAwait(false);
            if (asked is { IsAccepted: false, Delay: null })
            {
                asked = await AskAsync(
                    settings, rows.Take(RejectionStreak.Longest - RejectionStreak.Doubted), rejects: true, cancellationToken)
                    .ConfigureAwait(false);
            }

            isAccepted = asked.IsAccepted;
            return isAccepted
                ? null
                : asked.Delay ?? Pause(new DeliveryPause(asked.Rejection ?? answer, settings) { IsForRejections = true });
        }
        finally
        {
            // Also when the host stops, or the outbox does not answer: doubt is in favour of the events.
            if (!isAccepted)
            {
                await PutBackAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task<Asked> AskAsync(
        DeliverySettings settings, IEnumerable<OutboxRow> rows, bool rejects, CancellationToken cancellationToken)
    {
        DeliveryAnswer? rejection = null;
        foreach (var row in rows)
        {
            var (decision, answer) = await SendAsync(settings, new Batch([row]), cancellationToken).ConfigureAwait(false);
            switch (decision)
            {
                case DeliveryDecision.Acknowledge:
                    await AcceptAsync(new Batch([row])).ConfigureAwait(false);
                    return new Asked(true, null, null);

                case DeliveryDecision.Bisect or DeliveryDecision.Split:
                    rejection = answer;
                    if (rejects)
                    {
                        await RejectAsync(row, answer).ConfigureAwait(false);
                    }

                    break;

                default:
                    return new Asked(false, Wait(settings, decision, answer), null);
            }
        }

        return new Asked(false, null, rejection);
    }

    private async Task PutBackAsync()
    {
        var ids = _streak.Ids;
        _streak.PutBack();
        var putBack = await outbox.RestoreAsync(ids, CancellationToken.None).ConfigureAwait(false);
        state.PutBack(putBack);
        diagnostics.PutBack(putBack);
    }

    private TimeSpan Wait(DeliverySettings settings, DeliveryDecision decision, DeliveryAnswer answer)
    {
        if (decision == DeliveryDecision.Pause)
        {
            return Pause(new DeliveryPause(answer, settings));
        }

        var delay = backoff.Next(answer.RetryAfter);
        diagnostics.Failed(answer, delay);
        return delay;
    }

    private TimeSpan Pause(DeliveryPause pause)
    {
        state.PauseFor(pause, diagnostics.Time.GetUtcNow());
        diagnostics.Paused(pause, PauseDelay);
        return PauseDelay;
    }

    // Of rows that were sent one by one: whether one was accepted, else how long to wait, else what rejected them all.
    private readonly record struct Asked(bool IsAccepted, TimeSpan? Delay, DeliveryAnswer? Rejection);
}

/// <summary>Sends rows in one request and interprets the answer.</summary>
internal sealed class BatchSender(TrackingApiClient client, RequestRate rate, DeliveryDiagnostics diagnostics)
{
    private int _unreadable;

    public async Task<(DeliveryDecision Decision, DeliveryAnswer Answer)> SendAsync(
        DeliverySettings settings, Batch batch, CancellationToken cancellationToken)
    {
        await rate.WaitAsync(cancellationToken).ConfigureAwait(false);
        var time = diagnostics.Time;
        var sentAt = time.GetUtcNow();
        var started = time.GetTimestamp();
        using var span = diagnostics.Started(settings, batch);
        var answer = await client.SendAsync(settings, batch, sentAt, cancellationToken).ConfigureAwait(false);
        span.Answered((int?)answer.Status, answer.ErrorType, answer.Outcome);
        diagnostics.Answered(batch.Rows.Count, time.GetElapsedTime(started), answer);
        _unreadable = (int?)answer.Status is >= 200 and < 300 && answer.Body == AnswerBody.NotJson ? _unreadable + 1 : 0;
        var decision = DeliveryRules.Decide(answer, _unreadable);
        diagnostics.Answered(batch, sentAt, decision, answer);
        return (decision, answer);
    }
}
