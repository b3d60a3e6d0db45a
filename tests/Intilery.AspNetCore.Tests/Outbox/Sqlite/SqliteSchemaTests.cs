using Intilery.AspNetCore.Outbox.Sqlite;
using Intilery.AspNetCore.Tests.Support;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Outbox.Sqlite;

public sealed class SqliteSchemaTests : IDisposable
{
    private static readonly SqliteSchema _next = new(
        [.. SqliteSchema.Current.Steps, "ALTER TABLE rows ADD COLUMN tries INTEGER NOT NULL DEFAULT 7", "CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT"]);

    private static readonly SqliteSchema _first = new([SqliteSchema.Current.Steps[0]]);

    private readonly SqliteFolder _folder = new();

    private long Known => SqliteSchema.Current.Steps.Count;

    [Fact]
    public async Task The_file_says_whose_it_is_and_of_which_version()
    {
        var file = await _folder.LeaveAsync();

        Assert.Equal((0x494E5449L, Known), (Pragma(file, "application_id"), Pragma(file, "user_version")));
    }

    [Fact]
    public async Task A_file_of_an_older_version_is_brought_forward_by_the_steps_it_lacks_with_all_it_holds()
    {
        var file = await _folder.LeaveAsync(Commit(Row(1)), Write(Intent(9, "u2")));

        using (var store = _folder.Open(schema: _next))
        {
            await store.WriteAsync(Commit(Row(2)));
            Assert.Equal([1, 2], await store.IdsAsync());
        }

        Assert.Equal(file, Assert.Single(_folder.Databases));
        Assert.Equal(Known + 2, Pragma(file, "user_version"));
        Assert.Equal(14L, SqliteFolder.Execute(file, "SELECT sum(tries) FROM rows"));
        Assert.Equal(0L, SqliteFolder.Execute(file, "SELECT count(*) FROM later"));
    }

    [Fact]
    public async Task A_file_of_the_first_version_gets_its_index_of_users_in_segments()
    {
        using (var first = _folder.Open(schema: _first))
        {
            await first.WriteAsync(Commit(Row(1), Row(2, "u2"), Row(3)));
        }

        var store = _folder.Open();

        Assert.Equal([1, 2, 3], await store.IdsAsync());
        Assert.Equal([1, 3], (await store.ReadUserAsync("u1", CancellationToken.None)).Rows.Select(row => row.Id));
        Assert.Equal("rows_backfill rows_destination rows_user", SqliteFolder.Execute(
            store.File!, "SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'rows' AND sql IS NOT NULL ORDER BY name)"));
        Assert.Equal(2L, Pragma(store.File!, "user_version"));
    }

    [Fact]
    public async Task A_person_is_erased_from_a_file_of_the_first_version_that_another_process_has_open()
    {
        var first = _folder.Open(schema: _first);
        await first.WriteAsync(Commit(Row(1), Row(2, "u2"), Row(3)));
        var store = _folder.Open();

        Assert.Equal([1, 3], (await store.ReadUserAsync("u1", CancellationToken.None)).Rows.Select(row => row.Id));
        Assert.Equal(2, await store.PurgeUserAsync("u1", CancellationToken.None));

        Assert.Equal([2], await first.IdsAsync());
        Assert.Equal(1L, Pragma(first.File!, "user_version"));
    }

    [Fact]
    public async Task A_file_of_an_older_version_is_brought_forward_by_whoever_adopts_it()
    {
        var staying = _folder.Open(schema: _next);
        var older = await _folder.LeaveAsync(Commit(Row(1)));

        await staying.ReadOrphanedIntentsAsync(CancellationToken.None);

        Assert.Equal([1], await staying.IdsAsync());
        Assert.Equal(Known + 2, Pragma(older, "user_version"));
    }

    [Fact]
    public async Task A_step_that_fails_leaves_the_file_at_its_version_and_another_is_used()
    {
        var file = await _folder.LeaveAsync(Commit(Row(1, "u1"), Row(2, "u1")));
        var store = _folder.Open(schema: new SqliteSchema(
            [.. SqliteSchema.Current.Steps, "CREATE TABLE first_half (id INTEGER) STRICT; CREATE UNIQUE INDEX second_half ON rows (user_id)"]));
        await store.WriteAsync(Commit(Row(3)));

        Assert.Equal([3], await store.IdsAsync());
        Assert.Equal(Known, Pragma(file, "user_version"));
        Assert.Equal(0L, SqliteFolder.Execute(file, "SELECT count(*) FROM sqlite_schema WHERE name = 'first_half'"));
        Assert.Equal(2L, SqliteFolder.Execute(file, "SELECT count(*) FROM rows"));
        Assert.Single(_folder.Diagnostics.Logged(321));
    }

    [Fact]
    public async Task A_file_of_a_newer_version_is_left_as_it_is_said_once_and_adopted_by_that_version_later()
    {
        string newer;
        using (var ofNewer = _folder.Open(schema: _next))
        {
            await ofNewer.WriteAsync(Commit(Row(1)));
            newer = Assert.Single(_folder.Databases);
        }

        var before = await File.ReadAllBytesAsync(newer, TestContext.Current.CancellationToken);
        var older = _folder.Open();
        await older.WriteAsync(Commit(Row(2)));
        await older.ReadOrphanedIntentsAsync(CancellationToken.None);
        await older.ReadOrphanedIntentsAsync(CancellationToken.None);

        Assert.Equal([2], await older.IdsAsync());
        Assert.Equal(before, await File.ReadAllBytesAsync(newer, TestContext.Current.CancellationToken));
        Assert.Equal(
            [$"The outbox file {newer} is left as it is, and the events in it wait for a process that can read it: "
                + $"{newer} has schema version {Known + 2}; this version of Intilery.AspNetCore reads {Known}."],
            _folder.Diagnostics.Logged(321));

        Assert.Equal([1], await _folder.Open(schema: _next).IdsAsync());
    }

    public void Dispose() => _folder.Dispose();

    private static object? Pragma(string file, string name) => SqliteFolder.Execute(file, "PRAGMA " + name);
}
