using System.Data.Common;
using System.Globalization;
using System.Text;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Outbox.Sql;

/// <summary>The lease under which a node changes what is being delivered: what another node holds by now, is not changed.</summary>
internal readonly record struct LeaseFence(string Owner, long Fence);

/// <summary>
/// What the outbox does in a database, whichever that is: its rules over one open connection, in the transaction that is open on it.
/// </summary>
internal sealed class SqlOutbox(SqlSession session)
{
    // Of a statement's text; a batch may hold thousands.
    private const int MaxIdsPerStatement = 500;

    // Where a row's values are parameters each: the time in which a database plans the statement grows faster than its rows.
    private const int MaxRowsPerInsert = 32;

    private readonly OutboxSql _sql = session.Sql;

    public SqlSession Session => session;

    public SqlTrials Trials { get; } = new(session);

    /// <summary>Writes all of it, in order. What another process has committed is left out.</summary>
    /// <param name="writes">What to write.</param>
    /// <param name="owner">The process that is going to commit the intents.</param>
    /// <param name="isOrphan">Whether an intent was left behind by a process that ended.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask WriteAsync(
        IReadOnlyList<OutboxWrite> writes, string owner, Func<long, bool> isOrphan, CancellationToken cancellationToken)
    {
        await InsertAsync(writes.Select(write => write.Intent).OfType<Intent>(), owner, cancellationToken).ConfigureAwait(false);

        // Of an intent that two commits name, the first has it.
        var commits = writes.Select(write => write.Commit).OfType<OutboxCommit>().ToList();
        foreach (var commit in commits.Where(commit => commit.State is not null).ToList())
        {
            if (!await TryChangeAsync(commit.State!, cancellationToken).ConfigureAwait(false))
            {
                commits.Remove(commit);
            }
        }

        var claims = new Dictionary<long, OutboxCommit>();
        foreach (var commit in commits)
        {
            foreach (var id in commit.Intents)
            {
                claims.TryAdd(id, commit);
            }
        }

        // Trials are read and changed one by one, and recovery moves rows: both need to know what is there. For anything else the
        // database decides, in the one statement that inserts.
        var recovered = claims.Keys.Where(isOrphan).ToHashSet();
        var batch = new SqlBatch(session);
        HashSet<long>? found = null;
        if (claims.Count > 0)
        {
            if (recovered.Count > 0 || commits.Exists(ReadsTrials))
            {
                found = [];
                foreach (var ids in claims.Keys.Order().Chunk(MaxIdsPerStatement))
                {
                    var text = _sql.LockIntents(OutboxSql.List(ids)) ?? _sql.FindIntents + OutboxSql.List(ids);
                    found.UnionWith(await session.ReadAsync(text, reader => reader.GetInt64(0), cancellationToken).ConfigureAwait(false));
                }
            }
            else
            {
                foreach (var ids in claims.Keys.Order().Chunk(MaxIdsPerStatement))
                {
                    if (_sql.LockIntents(OutboxSql.List(ids)) is { } text)
                    {
                        await batch.AddAsync(text, cancellationToken).ConfigureAwait(false);
                    }
                }
            }
        }

        var (rows, letters) = (new List<OutboxRow>(), new List<DeadLetter>());
        foreach (var commit in commits)
        {
            foreach (var row in commit.Rows)
            {
                if (IsOf(commit, row.IntentId) && await Trials.AdmitAsync(row, cancellationToken).ConfigureAwait(false) is { } admitted)
                {
                    rows.Add(admitted);
                }
            }

            foreach (var letter in commit.DeadLetters)
            {
                if (IsOf(commit, letter.Row.IntentId)
                    && await Trials.AdmitAsync(letter.Row, cancellationToken).ConfigureAwait(false) is { } admitted)
                {
                    letters.Add(letter with { Row = admitted });
                }
            }

            foreach (var change in commit.Trials)
            {
                if (IsOf(commit, change.IntentId))
                {
                    await Trials.ApplyAsync(change, cancellationToken).ConfigureAwait(false);
                }
            }
        }

        await batch.SupersedeAsync(OutdatedBy(rows, commits), cancellationToken).ConfigureAwait(false);
        await batch.AddAsync(
            _sql.InsertRows, rows.ConvertAll(row => ValuesOf(row, found is null)), cancellationToken).ConfigureAwait(false);
        await batch.AddAsync(
            _sql.InsertDeadLetters, letters.ConvertAll(letter => ValuesOf(letter, found is null)), cancellationToken).ConfigureAwait(false);
        foreach (var ids in claims.Keys.Chunk(MaxIdsPerStatement))
        {
            await batch.AddAsync(_sql.DeleteIntents + OutboxSql.List(ids), cancellationToken).ConfigureAwait(false);
        }

        await batch.ExecuteAsync(cancellationToken).ConfigureAwait(false);
        if (recovered.Count > 0)
        {
            await KeepOrderAsync(
                [.. rows.Where(row => row.IntentId is { } id && recovered.Contains(id)).Select(row => (row, row.IntentId!.Value))],
                cancellationToken).ConfigureAwait(false);
        }

        bool IsOf(OutboxCommit commit, long? intent) =>
            intent is not { } id
                || (claims.TryGetValue(id, out var first) && ReferenceEquals(first, commit) && found?.Contains(id) != false);
    }

    public ValueTask InsertAsync(IEnumerable<Intent> intents, string owner, CancellationToken cancellationToken) => InsertAsync(
        _sql.InsertIntents,
        [.. intents.Select(intent => (object?[])[intent.Id, owner, intent.Scope, intent.UserId, intent.TraceParent, session.Protection.Protect(intent.Payload)])],
        cancellationToken);

    /// <summary>
    /// Inserts rows of another file, or dead letters that are to be delivered after all, before those of the same users that were recorded
    /// later.
    /// </summary>
    public async ValueTask InsertInOrderAsync(IReadOnlyList<OutboxRow> rows, CancellationToken cancellationToken)
    {
        var batch = new SqlBatch(session);
        await batch.SupersedeAsync(OutdatedBy(rows, []), cancellationToken).ConfigureAwait(false);
        await batch.AddAsync(
            _sql.InsertRows, [.. rows.Select(row => ValuesOf(row, isConditional: false))], cancellationToken).ConfigureAwait(false);
        await batch.ExecuteAsync(cancellationToken).ConfigureAwait(false);
        await KeepOrderAsync([.. rows.Select(row => (row, row.Id))], cancellationToken).ConfigureAwait(false);
    }

    public ValueTask InsertAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken) =>
        InsertAsync(_sql.InsertDeadLetters, [.. letters.Select(letter => ValuesOf(letter, isConditional: false))], cancellationToken);

    /// <summary>Returns the first rows that can be delivered, each with its position: those of no backfill first.</summary>
    /// <param name="destination">Where they go.</param>
    /// <param name="now">The time.</param>
    /// <param name="from">The first position to look at.</param>
    /// <param name="maxRows">How many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<IReadOnlyList<PositionedRow>> ReadDueAsync(
        string destination, DateTimeOffset now, long from, int maxRows, CancellationToken cancellationToken)
    {
        var live = await ReadAsync(0, from, maxRows).ConfigureAwait(false);
        return live.Count == maxRows ? live : [.. live, .. await ReadAsync(1, 0, maxRows - live.Count).ConfigureAwait(false)];

        ValueTask<List<PositionedRow>> ReadAsync(int backfill, long first, int count) => session.ReadAsync(
            _sql.ReadDueRows,
            reader => RowOf(reader) with { FirstHeld = reader.IsDBNull(9) ? null : reader.GetInt64(9) },
            cancellationToken,
            destination,
            backfill,
            first,
            now.ToUnixTimeMilliseconds(),
            count);
    }

    public async ValueTask<IReadOnlyList<PositionedRow>> ReadRowsAsync(long after, int maxRows, CancellationToken cancellationToken) =>
        await session.ReadAsync(_sql.ReadRowsAfter, RowOf, cancellationToken, after, maxRows).ConfigureAwait(false);

    /// <summary>Returns the first rows of a user, in the order of their delivery.</summary>
    public async ValueTask<IReadOnlyList<OutboxRow>> ReadRowsOfUserAsync(string userId, int maxRows, CancellationToken cancellationToken) =>
        (await session.ReadAsync(_sql.ReadRowsOfUser, RowOf, cancellationToken, userId, maxRows).ConfigureAwait(false)).ConvertAll(entry => entry.Row);

    /// <summary>Returns rows in the order of their ids, of one user if one is named.</summary>
    public async ValueTask<IReadOnlyList<OutboxRow>> ReadWaitingAsync(
        string? userId, long afterId, int maxCount, CancellationToken cancellationToken)
    {
        var rows = userId is null
            ? await session.ReadAsync(_sql.ReadRowsById, RowOf, cancellationToken, afterId, maxCount).ConfigureAwait(false)
            : await session.ReadAsync(_sql.ReadRowsOfUserById, RowOf, cancellationToken, userId, afterId, maxCount).ConfigureAwait(false);
        return rows.ConvertAll(entry => entry.Row);
    }

    /// <summary>Deletes exactly these rows. Returns how many were there.</summary>
    public async ValueTask<int> DeleteRowsAsync(IReadOnlyCollection<long> ids, LeaseFence? fence, CancellationToken cancellationToken)
    {
        var deleted = 0;
        foreach (var some in ids.Chunk(MaxIdsPerStatement))
        {
            deleted += await session.ExecuteAsync(
                _sql.DeleteRows + OutboxSql.List(some) + (fence is null ? "" : _sql.HoldsLease),
                cancellationToken,
                Values(fence)).ConfigureAwait(false);
        }

        return deleted;
    }

    /// <summary>Moves a row to the dead letters as it is stored, if it is there.</summary>
    public async ValueTask RejectAsync(DeadLetter letter, LeaseFence? fence, CancellationToken cancellationToken)
    {
        object?[] values = [.. Values(fence), letter.Row.Id, letter.Message, letter.At.ToUnixTimeMilliseconds()];
        await session.ExecuteAsync(_sql.Reject(fence is not null), cancellationToken, values).ConfigureAwait(false);
        await DeleteRowsAsync([letter.Row.Id], fence, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Moves dead letters back to the rows. Returns how many were there.</summary>
    public async ValueTask<int> RestoreAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken)
    {
        var restored = 0;
        foreach (var some in ids.Distinct().Chunk(MaxIdsPerStatement))
        {
            var letters = await session.ReadAsync(
                _sql.FindDeadLetters + OutboxSql.List(some), LetterOf, cancellationToken).ConfigureAwait(false);
            await InsertInOrderAsync(
                [.. letters.Select(letter => letter.Row).OrderBy(row => row.Id)], cancellationToken).ConfigureAwait(false);
            restored += await DeleteDeadLettersAsync([.. letters.Select(letter => letter.Row.Id)], cancellationToken).ConfigureAwait(false);
        }

        return restored;
    }

    /// <summary>Returns the intents with the processes that are going to commit them.</summary>
    public async ValueTask<IReadOnlyList<(string Owner, Intent Intent)>> ReadIntentsAsync(CancellationToken cancellationToken) =>
        await session.ReadAsync(_sql.ReadIntents, IntentOf, cancellationToken).ConfigureAwait(false);

    /// <summary>Returns the users whose rows are held back, the one that has waited longest first.</summary>
    public async ValueTask<IReadOnlyList<HeldUser>> ReadHeldAsync(int maxCount, CancellationToken cancellationToken) => await session.ReadAsync(
        _sql.ReadHeldUsers,
        reader => new HeldUser(
            reader.GetString(0),
            RowIdSequence.TimeOf(reader.GetInt64(1)),
            Convert.ToInt64(reader.GetValue(2), CultureInfo.InvariantCulture)),
        cancellationToken,
        maxCount).ConfigureAwait(false);

    /// <summary>Returns those of the intents that are stored.</summary>
    public async ValueTask<IReadOnlySet<long>> FindIntentsAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken)
    {
        var found = new HashSet<long>();
        foreach (var some in ids.Chunk(MaxIdsPerStatement))
        {
            found.UnionWith(
                await session.ReadAsync(
                    _sql.FindIntents + OutboxSql.List(some), reader => reader.GetInt64(0), cancellationToken).ConfigureAwait(false));
        }

        return found;
    }

    public ValueTask<int> DeleteIntentAsync(long id, CancellationToken cancellationToken) =>
        session.ExecuteAsync(_sql.DeleteIntents + OutboxSql.List([id]), cancellationToken);

    public async ValueTask<OutboxStatus> GetStatusAsync(CancellationToken cancellationToken)
    {
        var rows = await CountAsync(_sql.CountRows, cancellationToken).ConfigureAwait(false);
        var intents = await session.CountAsync(_sql.CountIntents, cancellationToken).ConfigureAwait(false);
        var letters = await session.CountAsync(_sql.CountDeadLetters, cancellationToken).ConfigureAwait(false);
        return new OutboxStatus(rows.Values.Sum(), intents, letters, rows);
    }

    /// <summary>Returns the greatest id of the rows; 0 if there are none.</summary>
    public async ValueTask<long> ReadLastIdAsync(CancellationToken cancellationToken) =>
        await FindIdAsync(_sql.ReadLastRowId, cancellationToken).ConfigureAwait(false) ?? 0;

    /// <summary>
    /// Returns since when the first row that is due, held back or not, or the first intent has waited; <see langword="null"/> if nothing
    /// waits.
    /// </summary>
    public async ValueTask<DateTimeOffset?> GetWaitingSinceAsync(
        string destination, DateTimeOffset now, CancellationToken cancellationToken)
    {
        DateTimeOffset? since = await FindIdAsync(_sql.ReadFirstIntentId, cancellationToken).ConfigureAwait(false) is { } intent
            ? RowIdSequence.TimeOf(intent)
            : null;
        for (var backfill = 0; backfill <= 1; backfill++)
        {
            var first = await session.ReadAsync(
                _sql.ReadFirstDueRow,
                reader => OutboxRow.WaitingSince(reader.GetInt64(0), TimeOf(reader.GetInt64(1))),
                cancellationToken,
                destination,
                backfill,
                now.ToUnixTimeMilliseconds(),
                1).ConfigureAwait(false);
            if (first.Count > 0)
            {
                return since < first[0] ? since : first[0];
            }
        }

        return since;
    }

    /// <summary>
    /// Returns how many intents, and how many of a destination's first rows, are of a newer format: what is delivered leaves them the
    /// first.
    /// </summary>
    public async ValueTask<long> CountNewerAsync(string destination, CancellationToken cancellationToken)
    {
        var rows = await session.ReadAsync(
            _sql.CountNewerRows,
            reader => Convert.ToInt64(reader.GetValue(0), CultureInfo.InvariantCulture),
            cancellationToken,
            destination,
            MaxIdsPerStatement).ConfigureAwait(false);
        return rows[0] + await session.CountAsync(_sql.CountNewerIntents, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(long after, int maxCount, CancellationToken cancellationToken) =>
        await session.ReadAsync(_sql.ReadDeadLetters, LetterOf, cancellationToken, after, maxCount).ConfigureAwait(false);

    public async ValueTask<int> DeleteDeadLettersAsync(IReadOnlyCollection<long> ids, CancellationToken cancellationToken)
    {
        var deleted = 0;
        foreach (var some in ids.Chunk(MaxIdsPerStatement))
        {
            deleted += await session.ExecuteAsync(_sql.DeleteDeadLetters + OutboxSql.List(some), cancellationToken).ConfigureAwait(false);
        }

        return deleted;
    }

    public ValueTask<int> DeleteDeadLettersAsync(DateTimeOffset rejectedBefore, CancellationToken cancellationToken) =>
        session.ExecuteAsync(_sql.DeleteOldDeadLetters, cancellationToken, rejectedBefore.ToUnixTimeMilliseconds());

    /// <summary>
    /// Deletes some of a person's rows, so few that no write waits long for it. Returns how many those were, and whether there may be more.
    /// </summary>
    public async ValueTask<(int Deleted, bool IsMore)> PurgeRowsAsync(string userId, CancellationToken cancellationToken)
    {
        var ids = await session.ReadAsync(
            _sql.FindRowsOfUser, reader => reader.GetInt64(0), cancellationToken, userId, MaxIdsPerStatement).ConfigureAwait(false);
        return (await DeleteRowsAsync(ids, fence: null, cancellationToken).ConfigureAwait(false), ids.Count == MaxIdsPerStatement);
    }

    /// <summary>Erases a person. Returns how many entries that were.</summary>
    public ValueTask<int> PurgeUserAsync(string userId, CancellationToken cancellationToken) =>
        ExecuteAllAsync(_sql.PurgeUser, cancellationToken, userId);

    /// <summary>Returns what is held of a person.</summary>
    public async ValueTask<UserContents> ReadUserAsync(string userId, CancellationToken cancellationToken) => new(
        await ReadWaitingAsync(userId, 0, int.MaxValue, cancellationToken).ConfigureAwait(false),
        [.. (await session.ReadAsync(_sql.ReadIntentsOfUser, IntentOf, cancellationToken, userId).ConfigureAwait(false)).Select(stored => stored.Intent)],
        await session.ReadAsync(_sql.ReadDeadLettersOfUser, LetterOf, cancellationToken, userId).ConfigureAwait(false),
        await Trials.ReadOfUserAsync(userId, cancellationToken).ConfigureAwait(false));

    public async ValueTask<StoredState?> ReadStateAsync(string name, CancellationToken cancellationToken) =>
        (await session.ReadAsync(_sql.ReadState, StateOf, cancellationToken, name).ConfigureAwait(false)).FirstOrDefault();

    public async ValueTask<IReadOnlyList<StoredState>> ReadStatesAsync(string after, int maxCount, CancellationToken cancellationToken) =>
        await session.ReadAsync(_sql.ReadStatesAfter, StateOf, cancellationToken, after, maxCount).ConfigureAwait(false);

    /// <summary>Takes a state from another file: of two of one name, the one that was changed more often counts.</summary>
    public async ValueTask MergeAsync(StoredState state, CancellationToken cancellationToken)
    {
        if (await ReadStateAsync(state.Name, cancellationToken).ConfigureAwait(false) is not { } known)
        {
            await session.ExecuteAsync(
                _sql.InsertState, cancellationToken, state.Name, state.Version, state.Value.ToArray()).ConfigureAwait(false);
        }
        else if (known.Version < state.Version)
        {
            await session.ExecuteAsync(
                _sql.UpdateState, cancellationToken, state.Name, known.Version, state.Version, state.Value.ToArray()).ConfigureAwait(false);
        }
    }

    /// <summary>Forgets a state. Returns whether it was there, as it was seen.</summary>
    public async ValueTask<bool> DeleteAsync(StoredState state, CancellationToken cancellationToken) =>
        await session.ExecuteAsync(_sql.DeleteState, cancellationToken, state.Name, state.Version).ConfigureAwait(false) == 1;

    public async ValueTask<long> CountBackfillAsync(string destination, CancellationToken cancellationToken) => (await session.ReadAsync(
        _sql.CountBackfill,
        reader => Convert.ToInt64(reader.GetValue(0), CultureInfo.InvariantCulture),
        cancellationToken,
        destination).ConfigureAwait(false))[0];

    public async ValueTask<IReadOnlyList<DestinationContents>> ReadDestinationsAsync(CancellationToken cancellationToken)
    {
        var rows = await CountAsync(_sql.CountRows, cancellationToken).ConfigureAwait(false);
        var trials = await CountAsync(_sql.CountTrials, cancellationToken).ConfigureAwait(false);
        return [.. rows.Keys.Union(trials.Keys).Order(StringComparer.Ordinal).Select(destination =>
            new DestinationContents(destination, rows.GetValueOrDefault(destination), trials.GetValueOrDefault(destination)))];
    }

    /// <summary>
    /// Sends what waits for one destination to another, or deletes it where there is no other. Other processes may write meanwhile: what
    /// was really changed is compared, and undone if it is not what was seen.
    /// </summary>
    public async ValueTask<bool> TryChangeDestinationAsync(
        DestinationContents seen, string? destination, CancellationToken cancellationToken)
    {
        var statements = destination is null ? _sql.PurgeDestination : _sql.Redirect;
        object?[] values = destination is null ? [seen.Destination] : [seen.Destination, destination];
        var isSeen = await session.ExecuteAsync(statements[0], cancellationToken, values).ConfigureAwait(false) == seen.Rows
            && await session.ExecuteAsync(statements[1], cancellationToken, values).ConfigureAwait(false) == seen.Trials;
        if (!isSeen)
        {
            session.Undo();
        }

        return isSeen;
    }

    // The users of newer identify calls, and those that the commits name.
    private static List<string> OutdatedBy(IReadOnlyList<OutboxRow> rows, List<OutboxCommit> commits)
    {
        var outdated = new SortedSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i] is { IsBackfill: false, EventName: EventNames.Identify, UserId: { } user })
            {
                outdated.Add(user);
            }
        }

        foreach (var commit in commits)
        {
            outdated.UnionWith(commit.Superseded);
        }

        return [.. outdated];
    }

    // Returns whether the commit that depends on it is to be written.
    private async ValueTask<bool> TryChangeAsync(StateChange change, CancellationToken cancellationToken)
    {
        var stored = await ReadStateAsync(change.Name, cancellationToken).ConfigureAwait(false);
        if (!change.Decide(stored))
        {
            return false;
        }

        // If another process has just inserted the same name, this fails, and the whole write is repeated: it then finds it.
        var isOurs = stored is null
            ? await session.ExecuteAsync(
                _sql.InsertState, cancellationToken, change.Name, 1L, change.Value.ToArray()).ConfigureAwait(false) == 1
            : await session.ExecuteAsync(
                _sql.UpdateState,
                cancellationToken,
                change.Name,
                change.SeenVersion,
                change.SeenVersion + 1,
                change.Value.ToArray()).ConfigureAwait(false) == 1;
        change.IsRefused = !isOurs;
        return isOurs;
    }

    private static StoredState StateOf(DbDataReader reader) =>
        new(reader.GetString(0), reader.GetInt64(1), reader.GetFieldValue<byte[]>(2));

    private static bool ReadsTrials(OutboxCommit commit) =>
        commit.ChangesTrials || commit.DeadLetters.Any(letter => letter.Row.Trial is not null);

    private static object?[] Values(LeaseFence? fence) => fence is { } held ? [held.Owner, held.Fence] : [];

    private object?[] ValuesOf(OutboxRow row, bool isConditional) =>
    [
        row.Id, row.Destination, row.UserId, row.EventName, row.DueAt.ToUnixTimeMilliseconds(), row.IsBackfill ? 1 : 0, row.TraceParent,
        session.Protection.Protect(row.Payload), isConditional ? row.IntentId ?? 0 : 0,
    ];

    private object?[] ValuesOf(DeadLetter letter, bool isConditional) =>
    [
        letter.Row.Id,
        letter.Row.Destination,
        letter.Row.UserId,
        letter.Row.EventName,
        letter.Row.DueAt.ToUnixTimeMilliseconds(),
        letter.Row.TraceParent,
        session.Protection.Protect(letter.Row.Payload),
        letter.Message,
        letter.At.ToUnixTimeMilliseconds(),
        isConditional ? letter.Row.IntentId ?? 0 : 0,
    ];

    private PositionedRow RowOf(DbDataReader reader) => new(
        reader.GetInt64(8),
        new OutboxRow(reader.GetInt64(0), reader.GetString(3), Text(reader, 2), TimeOf(reader.GetInt64(4)), PayloadOf(reader, 7))
        {
            Destination = reader.GetString(1),
            IsBackfill = Convert.ToInt64(reader.GetValue(5), CultureInfo.InvariantCulture) != 0,
            TraceParent = Text(reader, 6),
        });

    private (string Owner, Intent Intent) IntentOf(DbDataReader reader) =>
        (reader.GetString(1), new Intent(reader.GetInt64(0), reader.GetString(2), reader.GetString(3), PayloadOf(reader, 5)) { TraceParent = Text(reader, 4) });

    private DeadLetter LetterOf(DbDataReader reader) => new(
        new OutboxRow(reader.GetInt64(0), reader.GetString(3), Text(reader, 2), TimeOf(reader.GetInt64(4)), PayloadOf(reader, 6))
        {
            Destination = reader.GetString(1),
            TraceParent = Text(reader, 5),
        },
        reader.GetString(7),
        TimeOf(reader.GetInt64(8)));

    private ReadOnlyMemory<byte> PayloadOf(DbDataReader reader, int column) =>
        session.Protection.Unprotect(reader.GetFieldValue<byte[]>(column));

    private static string? Text(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    // Whatever stands there: one value that no clock has must not stop the rows beside it.
    internal static DateTimeOffset TimeOf(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(
        Math.Clamp(milliseconds, DateTimeOffset.MinValue.ToUnixTimeMilliseconds(), DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));

    private async ValueTask InsertAsync(SqlInsert insert, IReadOnlyList<object?[]> rows, CancellationToken cancellationToken)
    {
        var batch = new SqlBatch(session);
        await batch.AddAsync(insert, rows, cancellationToken).ConfigureAwait(false);
        await batch.ExecuteAsync(cancellationToken).ConfigureAwait(false);
    }

    // The rows have taken the last positions: the rows of their users that were recorded after them go behind them.
    private async ValueTask KeepOrderAsync(IReadOnlyList<(OutboxRow Row, long RecordedAt)> inserted, CancellationToken cancellationToken)
    {
        var ids = inserted.Select(entry => entry.Row.Id).ToHashSet();
        var users = inserted.Where(entry => entry.Row.UserId is not null)
            .GroupBy(entry => entry.Row.UserId!, StringComparer.Ordinal)
            .ToList();

        // Where few rows are later, it is known of whom they are: to search for each user takes longer.
        if (users.Count > 1)
        {
            var most = inserted.Count + MaxIdsPerStatement;
            var after = await session.ReadAsync(
                _sql.ReadUsersAfter,
                reader => (Id: reader.GetInt64(0), User: Text(reader, 1)),
                cancellationToken,
                inserted.Min(entry => entry.RecordedAt),
                most).ConfigureAwait(false);
            if (after.Count < most)
            {
                var ofLater = after.Where(entry => !ids.Contains(entry.Id)).Select(entry => entry.User).ToHashSet(StringComparer.Ordinal);
                users.RemoveAll(user => !ofLater.Contains(user.Key));
            }
        }

        foreach (var user in users)
        {
            var later = await session.ReadAsync(
                _sql.ReadRowsOfUserAfter, RowOf, cancellationToken, user.Key, user.Min(entry => entry.RecordedAt)).ConfigureAwait(false);
            later.RemoveAll(entry => ids.Contains(entry.Row.Id));
            if (later.Count > 0)
            {
                await DeleteRowsAsync([.. later.Select(entry => entry.Row.Id)], fence: null, cancellationToken).ConfigureAwait(false);
                await InsertAsync(
                    _sql.InsertRows,
                    later.ConvertAll(entry => ValuesOf(entry.Row, isConditional: false)),
                    cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<int> ExecuteAllAsync(
        IReadOnlyList<string> statements, CancellationToken cancellationToken, params object?[] values)
    {
        var changed = 0;
        foreach (var statement in statements)
        {
            changed += await session.ExecuteAsync(statement, cancellationToken, values).ConfigureAwait(false);
        }

        return changed;
    }

    private async ValueTask<long?> FindIdAsync(string text, CancellationToken cancellationToken) =>
        (await session.ReadAsync(text, reader => reader.IsDBNull(0) ? (long?)null : reader.GetInt64(0), cancellationToken).ConfigureAwait(false))[0];

    private async ValueTask<Dictionary<string, long>> CountAsync(string text, CancellationToken cancellationToken) =>
        (await session.ReadAsync(text, reader => (reader.GetString(0), reader.GetInt64(1)), cancellationToken).ConfigureAwait(false)).ToDictionary(StringComparer.Ordinal);

    // Statements that go to the database together, in one trip, as far as the parameters of one command reach.
    private sealed class SqlBatch(SqlSession session)
    {
        private readonly StringBuilder _text = new();
        private readonly List<object?> _values = [];

        public async ValueTask AddAsync(string statement, CancellationToken cancellationToken)
        {
            if (session.Sql.Dialect.IsLocal)
            {
                await session.ExecuteAsync(statement, cancellationToken).ConfigureAwait(false);
                return;
            }

            _text.Append(statement).Append(';');
        }

        public async ValueTask SupersedeAsync(IReadOnlyList<string> users, CancellationToken cancellationToken)
        {
            if (session.Sql.Dialect.IsLocal)
            {
                foreach (var user in users)
                {
                    await session.ExecuteAsync(session.Sql.Supersede(0, 1), cancellationToken, user).ConfigureAwait(false);
                }

                return;
            }

            foreach (var some in users.Chunk(MaxIdsPerStatement))
            {
                if (_values.Count + some.Length > session.Sql.Dialect.MaxParameters)
                {
                    await ExecuteAsync(cancellationToken).ConfigureAwait(false);
                }

                _text.Append(session.Sql.Supersede(_values.Count, some.Length)).Append(';');
                _values.AddRange(some);
            }
        }

        public async ValueTask AddAsync(SqlInsert insert, IReadOnlyList<object?[]> rows, CancellationToken cancellationToken)
        {
            if (session.Sql.Dialect.IsLocal)
            {
                foreach (var row in rows)
                {
                    await session.ExecuteAsync(insert.One, cancellationToken, row).ConfigureAwait(false);
                }

                return;
            }

            if (rows.Count > 1 && insert.TryWriteArrays(_text, _values.Count, session.Sql.Dialect))
            {
                _text.Append(';');
                for (var i = 0; i < insert.Width; i++)
                {
                    _values.Add(Column(rows, i));
                }

                return;
            }

            for (var (next, count) = (0, 0); next < rows.Count; next += count)
            {
                count = Math.Min(
                    Math.Min(rows.Count - next, MaxRowsPerInsert), (session.Sql.Dialect.MaxParameters - _values.Count) / insert.Width);
                if (count == 0)
                {
                    await ExecuteAsync(cancellationToken).ConfigureAwait(false);
                    continue;
                }

                insert.Write(_text, _values.Count, count);
                _text.Append(';');
                for (var i = next; i < next + count; i++)
                {
                    _values.AddRange(rows[i]);
                }
            }
        }

        // Of the type of its values, by which the provider knows the database's; only texts may all be absent.
        private static Array Column(IReadOnlyList<object?[]> rows, int place)
        {
            var column = Array.CreateInstance(
                rows.Select(row => row[place]?.GetType()).FirstOrDefault(type => type is not null) ?? typeof(string), rows.Count);
            for (var i = 0; i < rows.Count; i++)
            {
                column.SetValue(rows[i][place], i);
            }

            return column;
        }

        public async ValueTask ExecuteAsync(CancellationToken cancellationToken)
        {
            if (_text.Length > 0)
            {
                await session.ExecuteAsync(_text.ToString(), cancellationToken, _values).ConfigureAwait(false);
                _text.Clear();
                _values.Clear();
            }
        }
    }
}

/// <summary>A row with its place in the order of delivery, which the database has given it.</summary>
internal readonly record struct PositionedRow(long Position, OutboxRow Row)
{
    /// <summary>Gets the first position of the rows that were held back when it was read; <see langword="null"/> if none was.</summary>
    public long? FirstHeld { get; init; }
}
