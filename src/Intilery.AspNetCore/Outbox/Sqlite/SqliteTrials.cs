using Intilery.AspNetCore.Outbox.Sql;
using Intilery.AspNetCore.Trials;
using Microsoft.Data.Sqlite;

namespace Intilery.AspNetCore.Outbox.Sqlite;

/// <summary>The statements over the schedule of trials, within whatever transaction is open.</summary>
internal sealed class SqliteTrials : IDisposable
{
    private const string Columns = "key, version, generation, due, user_id, group_id, starts, ends, plan, destination, ended";

    private readonly List<SqliteStatement> _all = [];
    private readonly SqliteStatement _find;
    private readonly SqliteStatement _findOpen;
    private readonly SqliteStatement _put;
    private readonly SqliteStatement _delete;
    private readonly SqliteStatement _readNext;
    private readonly SqliteStatement _read;
    private readonly SqliteStatement _deleteEnded;

    public SqliteTrials(SqliteConnection connection)
    {
        _find = Statement($"SELECT {Columns} FROM trials WHERE key = $key", "$key");
        _findOpen = Statement($"SELECT {Columns} FROM trials WHERE group_id = $group AND ended IS NULL LIMIT 2", "$group");
        _put = Statement(
            $"""
            INSERT INTO trials ({Columns}) VALUES ($key, $version, $generation, $due, $user, $group, $starts, $ends, $plan, $destination, $ended)
            ON CONFLICT (key) DO UPDATE SET version = excluded.version, generation = excluded.generation, due = excluded.due,
                user_id = excluded.user_id, group_id = excluded.group_id, starts = excluded.starts, ends = excluded.ends, plan = excluded.plan,
                destination = excluded.destination, ended = excluded.ended
            """,
            "$key", "$version", "$generation", "$due", "$user", "$group", "$starts", "$ends", "$plan", "$destination", "$ended");
        _delete = Statement("DELETE FROM trials WHERE key = $key AND version = $version", "$key", "$version");
        _readNext = Statement(
            $"SELECT {Columns} FROM trials WHERE due < {Trial.Never} ORDER BY due, key LIMIT $limit", "$limit");
        _read = Statement($"SELECT {Columns} FROM trials WHERE key > $after ORDER BY key LIMIT $limit", "$after", "$limit");
        _deleteEnded = Statement("DELETE FROM trials WHERE ended < $before", "$before");

        SqliteStatement Statement(string sql, params ReadOnlySpan<string> parameters)
        {
            var statement = new SqliteStatement(connection, sql, parameters);
            _all.Add(statement);
            return statement;
        }
    }

    /// <summary>Prepares all of them, so that a file without their table and columns shows now.</summary>
    public void Prepare() => _all.ForEach(statement => statement.Prepare());

    /// <summary>Makes a row's change, if it has one. Returns the row to insert, if any.</summary>
    public OutboxRow? Admit(OutboxRow row) =>
        row.Trial is not { } change ? row : Apply(change, out var before) ? TrialRules.RowOf(row, before) : null;

    /// <summary>Makes a change. Returns whether it is an event.</summary>
    public bool Apply(TrialChange change, out Trial? before)
    {
        before = Find(change.Trial.Key);
        if (TrialRules.IsAmongThoseOfAccount(change, before) && _findOpen.Read(TrialColumns.Read, change.Trial.GroupId) is [var only])
        {
            before = only;
        }

        var verdict = TrialRules.Decide(before, change);
        if (verdict.Next is { } next)
        {
            Put(next);
        }

        return verdict.IsEvent;
    }

    /// <summary>Takes a trial from another file.</summary>
    public void Merge(Trial trial) => Put(Find(trial.Key) is { } known ? TrialRules.Merge(known, trial) : trial);

    /// <summary>Forgets a trial. Returns whether it was there, as it was seen.</summary>
    public bool Delete(Trial trial) => _delete.Execute(trial.Key, trial.Version) == 1;

    public IReadOnlyList<Trial> ReadNext(int maxCount) => _readNext.Read(TrialColumns.Read, maxCount);

    public IReadOnlyList<Trial> Read(string after, int maxCount) => _read.Read(TrialColumns.Read, after, maxCount);

    public int PurgeEnded(DateTimeOffset before) => _deleteEnded.Execute(before.ToUnixTimeMilliseconds());

    public void Dispose() => _all.ForEach(statement => statement.Dispose());

    private Trial? Find(string key) => _find.Read(TrialColumns.Read, key) is [var trial] ? trial : null;

    private void Put(Trial trial) => _put.Execute(TrialColumns.Of(trial));
}
