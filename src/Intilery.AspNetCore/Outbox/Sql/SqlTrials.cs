using System.Data.Common;
using System.Globalization;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Trials;

namespace Intilery.AspNetCore.Outbox.Sql;

/// <summary>
/// The schedule of trials in a database. Where processes share it, any may change it at any time: each change names the version that it
/// has seen, so that of two that end one trial, one does.
/// </summary>
internal sealed class SqlTrials(SqlSession session)
{
    private readonly OutboxSql _sql = session.Sql;

    /// <summary>Returns the time by the database's clock; <see langword="null"/> where that is the clock of this machine.</summary>
    public async ValueTask<DateTimeOffset?> GetSharedTimeAsync(CancellationToken cancellationToken) => _sql.Dialect.UtcNow is { } now
        ? (await session.ReadAsync(now, reader => Utc(reader.GetValue(0)), cancellationToken).ConfigureAwait(false))[0]
        : null;

    public async ValueTask<IReadOnlyList<Trial>> ReadNextAsync(int maxCount, CancellationToken cancellationToken) =>
        await session.ReadAsync(_sql.ReadNextTrials, Read, cancellationToken, maxCount).ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<Trial>> ReadAsync(string after, int maxCount, CancellationToken cancellationToken) =>
        await session.ReadAsync(_sql.ReadTrialsAfter, Read, cancellationToken, after, maxCount).ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<Trial>> ReadOfUserAsync(string userId, CancellationToken cancellationToken) =>
        await session.ReadAsync(_sql.FindTrialsOfUser, Read, cancellationToken, userId).ConfigureAwait(false);

    public ValueTask<int> PurgeEndedAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        session.ExecuteAsync(_sql.DeleteEndedTrials, cancellationToken, before.ToUnixTimeMilliseconds());

    /// <summary>Makes a row's change, if it has one. Returns the row to insert, if any.</summary>
    public async ValueTask<OutboxRow?> AdmitAsync(OutboxRow row, CancellationToken cancellationToken)
    {
        if (row.Trial is not { } change)
        {
            return row;
        }

        var (isEvent, before) = await ApplyAsync(change, cancellationToken).ConfigureAwait(false);
        return isEvent ? TrialRules.RowOf(row, before) : null;
    }

    /// <summary>Makes a change. Returns whether it is an event, and what the schedule held before.</summary>
    public async ValueTask<(bool IsEvent, Trial? Before)> ApplyAsync(TrialChange change, CancellationToken cancellationToken)
    {
        // What the clock has read is what it means; a trial that was changed since is not looked at again.
        if (change.Kind == TrialChangeKind.Expire)
        {
            var ended = TrialRules.Decide(change.Trial, change).Next!;
            var isOurs = await UpdateAsync(ended, change.Trial.Version, cancellationToken).ConfigureAwait(false);
            change.Refusal = isOurs ? null : Reasons.Duplicate;
            return (isOurs, change.Trial);
        }

        while (true)
        {
            var before = await FindAsync(change, cancellationToken).ConfigureAwait(false);
            var verdict = TrialRules.Decide(before, change);
            if (verdict.Next is not { } next || await WriteAsync(before, next, cancellationToken).ConfigureAwait(false))
            {
                return (verdict.IsEvent, before);
            }
        }
    }

    /// <summary>Takes a trial from another file.</summary>
    public async ValueTask MergeAsync(Trial trial, CancellationToken cancellationToken)
    {
        var known = await FindAsync(trial.Key, cancellationToken).ConfigureAwait(false);
        await WriteAsync(known, known is null ? trial : TrialRules.Merge(known, trial), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Forgets a trial. Returns whether it was there, as it was seen.</summary>
    public async ValueTask<bool> DeleteAsync(Trial trial, CancellationToken cancellationToken) =>
        await session.ExecuteAsync(_sql.DeleteTrial, cancellationToken, trial.Key, trial.Version).ConfigureAwait(false) == 1;

    private async ValueTask<Trial?> FindAsync(TrialChange change, CancellationToken cancellationToken)
    {
        var byKey = await FindAsync(change.Trial.Key, cancellationToken).ConfigureAwait(false);
        return TrialRules.IsAmongThoseOfAccount(change, byKey)
            ? TrialRules.Meant(
                change,
                byKey,
                await session.ReadAsync(_sql.FindTrialsOfAccount, Read, cancellationToken, change.Trial.GroupId).ConfigureAwait(false))
            : byKey;
    }

    private async ValueTask<Trial?> FindAsync(string key, CancellationToken cancellationToken) =>
        (await session.ReadAsync(_sql.FindTrial, Read, cancellationToken, key).ConfigureAwait(false)).FirstOrDefault();

    private async ValueTask<bool> WriteAsync(Trial? before, Trial next, CancellationToken cancellationToken)
    {
        if (before is not null)
        {
            return await UpdateAsync(next, before.Version, cancellationToken).ConfigureAwait(false);
        }

        // If another process has just inserted the same key, this fails, and the whole write is repeated: it then finds it.
        await session.ExecuteAsync(_sql.InsertTrial, cancellationToken, ValuesOf(next)).ConfigureAwait(false);
        return true;
    }

    private async ValueTask<bool> UpdateAsync(Trial next, long version, CancellationToken cancellationToken) =>
        await session.ExecuteAsync(_sql.UpdateTrial, cancellationToken, [.. ValuesOf(next), version]).ConfigureAwait(false) == 1;

    private static object?[] ValuesOf(Trial trial) =>
    [
        trial.Key, trial.Version, trial.Generation, trial.Due, trial.UserId, trial.GroupId, trial.StartDate?.ToUnixTimeMilliseconds(),
        trial.EndDate?.ToUnixTimeMilliseconds(), trial.PlanName, trial.Destination, trial.EndedAt?.ToUnixTimeMilliseconds(),
    ];

    private static Trial Read(DbDataReader reader) => new(reader.GetString(0))
    {
        Version = reader.GetInt64(1),
        Generation = reader.GetInt64(2),
        UserId = Text(reader, 4),
        GroupId = Text(reader, 5),
        StartDate = Date(reader, 6),
        EndDate = Date(reader, 7),
        PlanName = Text(reader, 8),
        Destination = reader.GetString(9),
        EndedAt = Date(reader, 10),
    };

    private static string? Text(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static DateTimeOffset? Date(DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : SqlOutbox.TimeOf(reader.GetInt64(column));

    private static DateTimeOffset Utc(object value) => value is DateTimeOffset offset
        ? offset
        : new DateTimeOffset(DateTime.SpecifyKind(Convert.ToDateTime(value, CultureInfo.InvariantCulture), DateTimeKind.Utc));
}
