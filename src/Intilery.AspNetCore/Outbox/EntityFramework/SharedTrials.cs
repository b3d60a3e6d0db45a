using System.Globalization;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox.Sql;
using Intilery.AspNetCore.Trials;

namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>
/// The schedule in the application's own database. Any process may change it at any time: each change names the version that it
/// has seen, so that of two that end one trial, one does.
/// </summary>
internal sealed class SharedTrials(IOutboxSessions sessions) : ITrialSchedule
{
    public async ValueTask<DateTimeOffset?> GetSharedTimeAsync(CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = session.ConfigureAwait(false);
        return session.Sql.Trials.Now is { } now
            ? (await session.ReadAsync(now, reader => Utc(reader.GetValue(0)), cancellationToken).ConfigureAwait(false))[0]
            : null;
    }

    public async ValueTask<IReadOnlyList<Trial>> ReadNextAsync(int maxCount, CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = session.ConfigureAwait(false);
        return await session.ReadAsync(session.Sql.Trials.ReadNext, TrialColumns.Read, cancellationToken, maxCount).ConfigureAwait(false);
    }

    public async ValueTask<int> PurgeEndedAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = session.ConfigureAwait(false);
        return await session.ExecuteAsync(session.Sql.Trials.DeleteEnded, cancellationToken, before.ToUnixTimeMilliseconds()).ConfigureAwait(false);
    }

    /// <summary>Makes a row's change in the session's transaction, if it has one. Returns the row to insert, if any.</summary>
    public static async ValueTask<OutboxRow?> AdmitAsync(OutboxSession session, OutboxRow row, CancellationToken cancellationToken)
    {
        if (row.Trial is not { } change)
        {
            return row;
        }

        var (isEvent, before) = await ApplyAsync(session, change, cancellationToken).ConfigureAwait(false);
        return isEvent ? TrialRules.RowOf(row, before) : null;
    }

    /// <summary>Makes a change in the session's transaction. Returns whether it is an event, and what the schedule held before.</summary>
    public static async ValueTask<(bool IsEvent, Trial? Before)> ApplyAsync(
        OutboxSession session, TrialChange change, CancellationToken cancellationToken)
    {
        // What the clock has read is what it means; a trial that was changed since is not looked at again.
        if (change.Kind == TrialChangeKind.Expire)
        {
            var ended = TrialRules.Decide(change.Trial, change).Next!;
            var isOurs = await UpdateAsync(session, ended, change.Trial.Version, cancellationToken).ConfigureAwait(false);
            change.Refusal = isOurs ? null : Reasons.Duplicate;
            return (isOurs, change.Trial);
        }

        while (true)
        {
            var before = await FindAsync(session, change, cancellationToken).ConfigureAwait(false);
            var verdict = TrialRules.Decide(before, change);
            if (verdict.Next is not { } next || await WriteAsync(session, before, next, cancellationToken).ConfigureAwait(false))
            {
                return (verdict.IsEvent, before);
            }
        }
    }

    private static async ValueTask<Trial?> FindAsync(OutboxSession session, TrialChange change, CancellationToken cancellationToken)
    {
        var byKey = await session.ReadAsync(session.Sql.Trials.Find, TrialColumns.Read, cancellationToken, change.Trial.Key).ConfigureAwait(false) is [var found] ? found : null;
        return TrialRules.IsAmongThoseOfAccount(change, byKey)
            && await session.ReadAsync(session.Sql.Trials.FindOpen, TrialColumns.Read, cancellationToken, change.Trial.GroupId).ConfigureAwait(false) is [var only]
            ? only
            : byKey;
    }

    private static async ValueTask<bool> WriteAsync(OutboxSession session, Trial? before, Trial next, CancellationToken cancellationToken)
    {
        if (before is not null)
        {
            return await UpdateAsync(session, next, before.Version, cancellationToken).ConfigureAwait(false);
        }

        // If another process has just inserted the same key, this fails, and the whole write is repeated: it then finds it.
        await session.ExecuteAsync(session.Sql.Trials.Insert, cancellationToken, TrialColumns.Of(next)).ConfigureAwait(false);
        return true;
    }

    private static async ValueTask<bool> UpdateAsync(OutboxSession session, Trial next, long version, CancellationToken cancellationToken) =>
        await session.ExecuteAsync(session.Sql.Trials.Update, cancellationToken, [.. TrialColumns.Of(next), version]).ConfigureAwait(false) == 1;

    private static DateTimeOffset Utc(object value) => value is DateTimeOffset offset
        ? offset
        : new DateTimeOffset(DateTime.SpecifyKind(Convert.ToDateTime(value, CultureInfo.InvariantCulture), DateTimeKind.Utc));
}
