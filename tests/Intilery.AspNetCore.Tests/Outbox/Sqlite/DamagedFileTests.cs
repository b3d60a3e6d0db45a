using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.Logging;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Outbox.Sqlite;

public sealed class DamagedFileTests : IDisposable
{
    private readonly SqliteFolder _folder = new();

    [Fact]
    public async Task A_file_that_is_no_database_is_set_aside_unchanged_and_a_fresh_one_is_used()
    {
        var garbage = _folder.Combine("outbox-garbage.db");
        await File.WriteAllTextAsync(garbage, new string('x', 5000), TestContext.Current.CancellationToken);

        await AssertFreshAsync();

        var aside = AssertSetAside("outbox-garbage.db");
        Assert.Equal(new string('x', 5000), await File.ReadAllTextAsync(aside, TestContext.Current.CancellationToken));
        Assert.False(File.Exists(garbage));
    }

    [Theory]
    [InlineData("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)")]
    [InlineData("PRAGMA journal_mode = WAL; CREATE TABLE theirs (x); PRAGMA application_id = 42")]
    [InlineData("PRAGMA application_id = 42")]
    [InlineData("PRAGMA application_id = 0x494E5449; PRAGMA user_version = 1; CREATE TABLE theirs (x)")]
    public async Task A_database_of_another_application_is_set_aside_unchanged(string made)
    {
        var foreign = _folder.Combine("outbox-foreign.db");
        SqliteFolder.Execute(foreign, made);
        var before = await File.ReadAllBytesAsync(foreign, TestContext.Current.CancellationToken);

        await AssertFreshAsync();

        Assert.Equal(before, await File.ReadAllBytesAsync(AssertSetAside("outbox-foreign.db"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_file_of_ours_whose_tables_somebody_changed_is_set_aside()
    {
        var file = await _folder.LeaveAsync(Commit(Row(1)));
        SqliteFolder.Execute(file, "ALTER TABLE rows RENAME COLUMN due TO theirs");

        await AssertFreshAsync();

        Assert.Equal(1L, SqliteFolder.Execute(AssertSetAside(Path.GetFileName(file)), "SELECT count(theirs) FROM rows"));
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.01)]
    public async Task A_truncated_file_is_set_aside(double part)
    {
        var file = await _folder.LeaveAsync(Commit([.. Enumerable.Range(1, 500).Select(id => Row(id))]));
        Truncate(file, part);

        await AssertFreshAsync();

        AssertSetAside(Path.GetFileName(file));
    }

    [Fact]
    public async Task A_file_cut_to_nothing_beside_its_log_of_writes_is_set_aside_with_that()
    {
        var file = _folder.Combine("outbox-cut.db");
        await File.WriteAllTextAsync(file, string.Empty, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(file + "-wal", "what was written", TestContext.Current.CancellationToken);

        await AssertFreshAsync();

        var aside = AssertSetAside("outbox-cut.db");
        Assert.Equal("what was written", await File.ReadAllTextAsync(aside + "-wal", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_file_damaged_while_it_is_in_use_is_set_aside_and_the_write_goes_to_a_fresh_one_at_once()
    {
        var store = _folder.Open();
        await store.WriteAsync(Commit([.. Enumerable.Range(1, 500).Select(id => Row(id))]), Write(Intent(700, "u7")));
        var file = Assert.Single(_folder.Databases);
        Damage(file);

        await store.WriteAsync(Commit(Row(501)));

        Assert.Equal([501], await store.IdsAsync());
        AssertSetAside(Path.GetFileName(file));
        Assert.NotEqual(file, Assert.Single(_folder.Databases));
    }

    [Fact]
    public async Task What_a_request_had_begun_in_a_file_that_was_damaged_it_ends_in_the_fresh_one()
    {
        var store = _folder.Open();
        await store.WriteAsync(Commit([.. Enumerable.Range(1, 500).Select(id => Row(id))]), Write(Intent(700, "u7")));
        Damage(Assert.Single(_folder.Databases));

        await store.WriteAsync(Commit(700, Row(701, "u7", intentId: 700)));

        Assert.Equal([701], await store.IdsAsync());
        Assert.Empty(await store.ReadOrphanedIntentsAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_damaged_file_of_a_process_that_ended_is_set_aside_by_a_running_one()
    {
        var store = _folder.Open();
        await store.WriteAsync(Commit(Row(1000)));
        var file = await _folder.LeaveAsync(Commit([.. Enumerable.Range(1, 500).Select(id => Row(id))]));
        Damage(file);

        await store.ReadOrphanedIntentsAsync(CancellationToken.None);

        AssertSetAside(Path.GetFileName(file));
        Assert.Contains(1000, await store.IdsAsync(maxRows: 5000));
    }

    [Fact]
    public async Task Nothing_that_was_set_aside_before_is_overwritten()
    {
        foreach (var content in (string[])["first, and no database", "second, and none either"])
        {
            await File.WriteAllTextAsync(_folder.Combine("outbox-x.db"), content, TestContext.Current.CancellationToken);
            await _folder.Open().ReadOrphanedIntentsAsync(CancellationToken.None);
        }

        Assert.Equal(
            ["second, and none either", "first, and no database"],
            _folder.Named("set-aside-*").Select(File.ReadAllText));
    }

    public void Dispose() => _folder.Dispose();

    private static void Truncate(string file, double part)
    {
        using var stream = new FileStream(file, FileMode.Open);
        stream.SetLength((long)(stream.Length * part));
    }

    // Every page but the first, which alone is read at opening.
    private static void Damage(string file)
    {
        if (File.Exists(file + "-wal"))
        {
            SqliteFolder.Execute(file, "PRAGMA wal_checkpoint(TRUNCATE)");
        }

        using var stream = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        stream.Position = 4096;
        stream.Write(Enumerable.Repeat((byte)0xEE, (int)stream.Length - 4096).ToArray());
    }

    private async Task AssertFreshAsync()
    {
        var store = _folder.Open();
        await store.WriteAsync(Commit(Row(1)));
        Assert.Equal([1], await store.IdsAsync());
        await store.ReadOrphanedIntentsAsync(CancellationToken.None);
        Assert.Single(_folder.Databases);
    }

    private string AssertSetAside(string name)
    {
        var aside = Path.Combine(_folder.Path, "set-aside-" + name);
        Assert.True(File.Exists(aside));
        var line = Assert.Single(_folder.Diagnostics.Log.All, line => line.Id == 320);
        Assert.Equal(LogLevel.Error, line.Level);
        Assert.Contains($"it was set aside, unchanged, as {aside}.", line.Message, StringComparison.Ordinal);
        return aside;
    }
}
