using System.Collections;
using System.Text;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Sql;
using Intilery.AspNetCore.Outbox.Sqlite;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Data.Sqlite;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Outbox.Sqlite;

public sealed class SqliteOutboxStoreTests : OutboxStoreContract
{
    private readonly SqliteFolder _folder = new();

    [Fact]
    public async Task What_was_written_survives_reopening()
    {
        using (var store = _folder.Open())
        {
            await store.WriteAsync(Commit(Row(1), Row(2), Row(3)), Write(Intent(9, "u2")));
            await store.RejectAsync(new DeadLetter(Row(3), "no", Noon), CancellationToken.None);
        }

        var again = _folder.Open();
        var status = await again.GetStatusAsync(CancellationToken.None);
        Assert.Equal([1, 2], await again.IdsAsync());
        Assert.Equal((1L, 1L), (status.Intents, status.DeadLetters));
        Assert.Single(_folder.Databases);
    }

    [Fact]
    public async Task A_file_that_others_could_read_is_its_owners_alone_once_it_is_opened()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no such modes.");
            return;
        }

        var file = await _folder.LeaveAsync(Commit(Row(1)));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

        _folder.Open();

        foreach (var path in _folder.Named(Path.GetFileName(file) + "*"))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
    }

    [Fact]
    public async Task Intents_of_a_closed_file_are_orphans_on_reopening_until_they_are_settled()
    {
        using (var store = _folder.Open())
        {
            await store.WriteAsync(Write(Intent(9, "u2")), Write(Intent(8, "u1")));
        }

        var again = _folder.Open();
        await again.WriteAsync(Write(Intent(10, "u3")));
        var orphans = await again.ReadOrphanedIntentsAsync(CancellationToken.None);
        Assert.Equal([(8L, "scope-8", "u1"), (9L, "scope-9", "u2")], orphans.Select(intent => (intent.Id, intent.Scope, intent.UserId)));
        Assert.Equal("""{"n":8}""", Encoding.UTF8.GetString(orphans[0].Payload.Span));

        await again.WriteAsync(Commit(8));
        Assert.Equal([9], (await again.ReadOrphanedIntentsAsync(CancellationToken.None)).Select(intent => intent.Id));
    }

    [Fact]
    public async Task What_is_recovered_goes_before_what_its_user_did_later_and_behind_what_its_user_did_before()
    {
        using (var store = _folder.Open())
        {
            await store.WriteAsync(Commit(Row(1)), Write(Intent(2)));
        }

        var again = _folder.Open();
        await again.WriteAsync(Commit(Row(3), Row(4, "u2")));
        await again.WriteAsync(Commit(2, Row(5, intentId: 2)));

        Assert.Equal([1, 4, 5, 3], await again.IdsAsync());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(600)]
    public async Task What_is_recovered_of_several_users_goes_before_what_they_did_later_however_much_others_did(int others)
    {
        using (var store = _folder.Open())
        {
            await store.WriteAsync(Write(Intent(2, "u1")), Write(Intent(3, "u2")), Write(Intent(4, "u3")));
        }

        var again = _folder.Open();
        await again.WriteAsync(Commit([.. Enumerable.Range(10, others).Select(id => Row(id, "other")), Row(1000, "u1"), Row(1001, "u3")]));
        await again.WriteAsync(Commit(2, Row(2000, "u1", intentId: 2)), Commit(3, Row(2001, "u2", intentId: 3)), Commit(4, Row(2002, "u3", intentId: 4)));

        Assert.Equal([2000, 2001, 2002, 1000, 1001], (await again.IdsAsync()).Where(id => id >= 1000));
    }

    [Fact]
    public async Task A_write_that_fails_half_way_leaves_nothing()
    {
        var store = _folder.Open();
        var unwritable = Row(2) with { EventName = null! };

        await Assert.ThrowsAnyAsync<Exception>(async () => await store.WriteAsync(Commit(Row(1)), Commit(unwritable)));
        Assert.Empty(await store.IdsAsync());

        await store.WriteAsync(Commit(Row(3)));
        Assert.Equal([3], await store.IdsAsync());
    }

    [Fact]
    public async Task A_look_waits_for_no_write_and_no_write_for_a_look()
    {
        var store = _folder.Open();
        await store.WriteAsync(Commit(Row(1), Row(2)), Write(Intent(9, "u2")));
        using var writes = new SlowWrites(Commit(Row(3)));
        var writing = Task.Run(async () => await store.WriteAsync(writes, CancellationToken.None), TestContext.Current.CancellationToken);
        await writes.Begun.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);

        // In the middle of the write, which goes on only then.
        var status = await store.GetStatusAsync(CancellationToken.None).AsTask().WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        var since = await store.GetWaitingSinceAsync(Here, Noon, CancellationToken.None).AsTask().WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);

        Assert.Equal((2L, 1L, RowIdSequence.TimeOf(9)), (status.Rows, status.Intents, since!.Value));
        writes.GoOn();
        await writing.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(3, (await store.GetStatusAsync(CancellationToken.None)).Rows);
    }

    [Fact]
    public async Task A_count_reads_indexes_and_no_rows()
    {
        var file = await _folder.LeaveAsync(Commit(Row(1)));

        Assert.Contains("USING COVERING INDEX", Plan(file, SqliteSchema.Sql.CountRows), StringComparison.Ordinal);
        Assert.Contains("USING COVERING INDEX", Plan(file, SqliteSchema.Sql.ReadLastRowId), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_users_rows_are_searched_for_in_an_index_and_delivery_needs_none_of_users()
    {
        var file = await _folder.LeaveAsync(Commit(Row(1)));
        var sql = SqliteSchema.Sql;

        Assert.All(
            [sql.ReadRowsOfUser, sql.ReadRowsOfUserAfter, sql.ReadRowsOfUserById, sql.FindRowsOfUser, sql.PurgeUser[0]],
            statement => Assert.Contains("INDEX rows_user (<expr>=? AND user_id=?)", Plan(file, statement), StringComparison.Ordinal));
        Assert.Contains("INDEX rows_backfill (user_id=?)", Plan(file, sql.Supersede(0, 1)), StringComparison.Ordinal);
        Assert.DoesNotContain("SCAN h", Plan(file, sql.ReadDueRows), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_writes_no_more_pages_with_many_rows_of_many_users_waiting_than_with_few()
    {
        var store = _folder.Open();
        var (appended, removed) = (0, 0);
        await AppendAsync(1000);
        var few = await PagesAsync();
        await AppendAsync(20_480);
        var many = await PagesAsync();

        TestContext.Current.SendDiagnosticMessage("{0} pages with few, {1} with many", few, many);
        Assert.InRange(many, 1, few * 1.5);

        ValueTask AppendAsync(int count)
        {
            var rows = Enumerable.Range(appended + 1, count).Select(id => Row(id, $"user-{id * 7919 % 5003}")).ToArray();
            appended += count;
            return store.WriteAsync(Commit(rows));
        }

        // How many pages the log of writes has of 32 rows, and of as many removals.
        async Task<long> PagesAsync()
        {
            SqliteFolder.Execute(store.File!, "PRAGMA wal_checkpoint(TRUNCATE)");
            await AppendAsync(32);
            await store.CompleteAsync([.. Enumerable.Range(removed + 1, 32).Select(id => (long)id)], CancellationToken.None);
            removed += 32;
            return new FileInfo(store.File + "-wal").Length / 4096;
        }
    }

    [Fact]
    public async Task A_users_rows_are_found_wherever_they_lie_between_those_of_others()
    {
        var store = _folder.Open();
        long[] ofPeter = [1, 2500, 6500];
        await store.WriteAsync(Commit([.. Enumerable.Range(1, 7000).Select(id => Row(id, ofPeter.Contains(id) ? "peter" : $"user-{id % 100}"))]));
        await store.CompleteAsync([.. Enumerable.Range(2, 6400).Select(id => (long)id).Except(ofPeter)], CancellationToken.None);

        Assert.Equal(ofPeter, (await store.ReadWaitingAsync("peter", 0, 10, CancellationToken.None)).Select(row => row.Id));
        Assert.Equal(ofPeter, (await store.ReadUserAsync("peter", CancellationToken.None)).Rows.Select(row => row.Id));
        Assert.Equal(3, await store.PurgeUserAsync("peter", CancellationToken.None));
        Assert.Equal(0, await store.PurgeUserAsync("peter", CancellationToken.None));
        Assert.Equal(598, (await store.GetStatusAsync(CancellationToken.None)).Rows);
    }

    [Fact]
    public async Task Folder_and_files_are_for_their_owner_only()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Modes are of Unix.");
        await _folder.Open().WriteAsync(Commit(Row(1)));

        Assert.Equal("700", Mode(_folder.Path));
        var modes = _folder.Named("*").ToDictionary(file => string.Concat(Path.GetFileName(file).SkipWhile(c => c != '.')), Mode);
        Assert.Equal([".db", ".db-shm", ".db-wal", ".db.delivered", ".db.lock", ".db.reserve"], modes.Keys.Order(StringComparer.Ordinal));
        Assert.All(modes.Values, mode => Assert.Equal("600", mode));
    }

    [Fact]
    public async Task A_closed_store_says_so()
    {
        var store = _folder.Open();
        store.Dispose();

        await Assert.ThrowsAsync<IOException>(async () => await store.WriteAsync(Commit(Row(1))));
    }

    private static string Plan(string file, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Statements of the outbox only.
        command.CommandText = "EXPLAIN QUERY PLAN " + sql;
#pragma warning restore CA2100
        for (var i = 0; i < 5; i++)
        {
            command.Parameters.AddWithValue(OutboxSql.P(i), 0);
        }

        using var reader = command.ExecuteReader();
        var steps = new StringBuilder();
        while (reader.Read())
        {
            steps.AppendLine(reader.GetString(3));
        }

        return steps.ToString();
    }

    // Read one by one within the write, which the test holds up there.
    private sealed class SlowWrites(OutboxWrite write) : IReadOnlyList<OutboxWrite>, IDisposable
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _goOn = new();

        public Task Begun => _begun.Task;

        public int Count => 1;

        public OutboxWrite this[int index] => write;

        public void GoOn() => _goOn.Set();

        public IEnumerator<OutboxWrite> GetEnumerator()
        {
            _begun.TrySetResult();
            _goOn.Wait(Patience.Limit, TestContext.Current.CancellationToken);
            yield return write;
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public void Dispose() => _goOn.Dispose();
    }

    private protected override IOutboxStore OpenNew() => _folder.Open();

    private protected override void CleanUp() => _folder.Dispose();

#pragma warning disable CA1416 // Called on Linux only.
    private static string Mode(string path) => Convert.ToString((int)File.GetUnixFileMode(path), 8);
#pragma warning restore CA1416
}
