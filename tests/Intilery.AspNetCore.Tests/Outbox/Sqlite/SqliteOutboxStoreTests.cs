using System.Text;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Sqlite;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Data.Sqlite;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Outbox.Sqlite;

public sealed class SqliteOutboxStoreTests : OutboxStoreContract
{
    private readonly ScratchFolder _scratch = new();
    private readonly TestDiagnostics _diagnostics = new(TimeProvider.System);

    private string Folder => _scratch.Combine("outbox");

    [Fact]
    public async Task What_was_written_survives_reopening()
    {
        using (var store = Open())
        {
            await store.WriteAsync(Settle(Row(1), Row(2), Row(3)), Write(Intent(9, "u2")));
            await store.RejectAsync(new DeadLetter(Row(3), "no", Noon), CancellationToken.None);
        }

        using var again = Open();
        var status = await again.GetStatusAsync(CancellationToken.None);
        Assert.Equal([1, 2], await again.IdsAsync());
        Assert.Equal((1L, 1L), (status.Intents, status.DeadLetters));
        Assert.Single(Databases());
    }

    [Fact]
    public async Task Intents_of_a_closed_file_are_orphans_on_reopening()
    {
        using (var store = Open())
        {
            await store.WriteAsync(Write(Intent(9, "u2")), Write(Intent(8, "u1")));
        }

        using var again = Open();
        var orphans = await again.ReadOrphanedIntentsAsync(CancellationToken.None);
        Assert.Equal([(8L, "scope-8", "u1"), (9L, "scope-9", "u2")], orphans.Select(intent => (intent.Id, intent.Scope, intent.UserId)));
        Assert.Equal("""{"n":8}""", Encoding.UTF8.GetString(orphans[0].Payload.Span));
    }

    [Fact]
    public async Task Two_stores_on_one_folder_have_a_file_each_and_do_not_see_each_other()
    {
        using var first = Open();
        using var second = Open();
        await first.WriteAsync(Settle(Row(1)), Write(Intent(9)));
        await second.WriteAsync(Settle(Row(2)));

        Assert.Equal(2, Databases().Length);
        Assert.Equal([2], await second.IdsAsync());
        Assert.Empty(await second.ReadOrphanedIntentsAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_released_file_is_adopted_whole_by_the_next_that_opens()
    {
        using var staying = Open();
        using (var leaving = Open())
        using (var alsoLeaving = Open())
        {
            await leaving.WriteAsync(Settle(Row(1), Row(2)), Write(Intent(9, "u2")));
            await leaving.RejectAsync(new DeadLetter(Row(2), "no", Noon), CancellationToken.None);
            await alsoLeaving.WriteAsync(Settle(Row(3)));
            await staying.WriteAsync(Settle(Row(4)));
        }

        using var next = Open();
        Assert.Equal([1, 3], await next.IdsAsync());
        Assert.Equal([9], (await next.ReadOrphanedIntentsAsync(CancellationToken.None)).Select(intent => intent.Id));
        Assert.Equal(1, (await next.GetStatusAsync(CancellationToken.None)).DeadLetters);
        Assert.Equal([4], await staying.IdsAsync());
        Assert.Single(_diagnostics.Logged(305));
    }

    [Fact]
    public async Task What_was_adopted_is_not_adopted_again()
    {
        using (var leaving = Open())
        using (var alsoLeaving = Open())
        {
            await leaving.WriteAsync(Settle(Row(1)));
            await alsoLeaving.WriteAsync(Settle(Row(2)));
        }

        using (var next = Open())
        {
            await next.CompleteAsync([1, 2], CancellationToken.None);
        }

        using var last = Open();
        Assert.Empty(await last.IdsAsync());
    }

    [Fact]
    public async Task A_write_that_fails_half_way_leaves_nothing()
    {
        using var store = Open();
        var unwritable = Row(2) with { EventName = null! };

        await Assert.ThrowsAnyAsync<Exception>(async () => await store.WriteAsync(Settle(Row(1)), Settle(unwritable)));
        Assert.Empty(await store.IdsAsync());

        await store.WriteAsync(Settle(Row(3)));
        Assert.Equal([3], await store.IdsAsync());
    }

    [Fact]
    public async Task Folder_and_files_are_for_their_owner_only()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Modes are of Unix.");
        using var store = Open();
        await store.WriteAsync(Settle(Row(1)));

        Assert.Equal("700", Mode(Folder));
        var modes = Directory.EnumerateFiles(Folder).ToDictionary(file => string.Concat(Path.GetFileName(file).SkipWhile(c => c != '.')), Mode);
        Assert.Equal([".db", ".db-shm", ".db-wal", ".db.lock"], modes.Keys.Order(StringComparer.Ordinal));
        Assert.All(modes.Values, mode => Assert.Equal("600", mode));
    }

    [Fact]
    public void The_file_says_whose_it_is_and_of_which_version()
    {
        Open().Dispose();

        Assert.Equal((0x494E5449L, 1L), (Pragma("application_id"), Pragma("user_version")));
    }

    [Fact]
    public void A_database_of_another_application_is_refused_and_left_as_it_was()
    {
        Directory.CreateDirectory(Folder);
        var foreign = Path.Combine(Folder, "outbox-foreign.db");
        Execute(foreign, "CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)");

        using var store = New();
        var refused = Assert.Throws<IOException>(store.Open);

        Assert.Equal($"{foreign} is not an outbox of Intilery.AspNetCore.", refused.Message);
        Assert.Equal(1L, Execute(foreign, "SELECT count(*) FROM sqlite_schema"));
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused_by_name()
    {
        Directory.CreateDirectory(Folder);
        var garbage = Path.Combine(Folder, "outbox-garbage.db");
        File.WriteAllText(garbage, new string('x', 5000));

        using var store = New();
        var refused = Assert.Throws<IOException>(store.Open);

        Assert.StartsWith($"The outbox file {garbage} cannot be used: ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_a_newer_version_is_refused()
    {
        Open().Dispose();
        var file = Databases().Single();
        Execute(file, "PRAGMA user_version = 2");

        using var store = New();
        var refused = Assert.Throws<IOException>(store.Open);

        Assert.Equal($"{file} has schema version 2; this version of Intilery.AspNetCore reads 1.", refused.Message);
    }

    [Fact]
    public async Task A_closed_store_says_so()
    {
        var store = Open();
        store.Dispose();

        await Assert.ThrowsAsync<IOException>(async () => await store.WriteAsync(Settle(Row(1))));
    }

    private protected override IOutboxStore OpenNew() => Open();

    private protected override void CleanUp()
    {
        _diagnostics.Dispose();
        _scratch.Dispose();
    }

    private SqliteOutboxStore Open()
    {
        var store = New();
        store.Open();
        return store;
    }

    private SqliteOutboxStore New()
    {
        Assert.Null(OutboxFolder.Fault(Folder));
        return new SqliteOutboxStore(Folder, syncEveryCommit: false, _diagnostics.Diagnostics);
    }

    private string[] Databases() => Directory.GetFiles(Folder, "*.db");

    private object? Pragma(string name) => Execute(Databases().Single(), "PRAGMA " + name);

    private static object? Execute(string file, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Literals of this class only.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }

#pragma warning disable CA1416 // Called on Linux only.
    private static string Mode(string path) => Convert.ToString((int)File.GetUnixFileMode(path), 8);
#pragma warning restore CA1416
}
