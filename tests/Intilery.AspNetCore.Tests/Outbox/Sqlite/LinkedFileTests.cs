using System.Runtime.Versioning;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.Logging;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Outbox.Sqlite;

/// <summary>Symbolic links that somebody put into the outbox's folder: they may lead to anything.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class LinkedFileTests : IDisposable
{
    private const UnixFileMode OpenToAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly SqliteFolder _folder = new();
    private readonly ScratchFolder _elsewhere = new();

    public LinkedFileTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such modes.");

    [Theory]
    [InlineData("")]
    [InlineData("-wal")]
    [InlineData("-shm")]
    [InlineData(".lock")]
    public async Task What_a_link_leads_to_keeps_its_mode_and_its_contents_and_the_outbox_is_another_file(string suffix)
    {
        var file = await _folder.LeaveAsync(Commit(Row(1)));
        if (suffix.Length == 0)
        {
            File.Move(file, _elsewhere.Combine("moved"));
        }

        var target = _elsewhere.Combine("theirs");
        await File.WriteAllTextAsync(target, "theirs", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(target, OpenToAll);
        File.Delete(file + suffix);
        File.CreateSymbolicLink(file + suffix, target);

        var store = _folder.Open();
        await store.WriteAsync(Commit(Row(2)));

        Assert.Equal([2], await store.IdsAsync());
        Assert.Equal(("theirs", OpenToAll), (await File.ReadAllTextAsync(target, TestContext.Current.CancellationToken), File.GetUnixFileMode(target)));
        var line = Assert.Single(_folder.Diagnostics.Log.All, line => line.Id == 321);
        Assert.Equal(LogLevel.Error, line.Level);
        Assert.Contains($"{file + suffix} is a symbolic link, which is not followed.", line.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".lock")]
    public async Task A_link_that_leads_nowhere_makes_no_file_there(string suffix)
    {
        var target = _elsewhere.Combine("nothing");
        File.CreateSymbolicLink(_folder.Combine("outbox-a.db") + suffix, target);
        if (suffix.Length > 0)
        {
            SqliteFolder.Execute(_folder.Combine("outbox-a.db"), "PRAGMA application_id = 0");
        }

        var store = _folder.Open();
        await store.WriteAsync(Commit(Row(1)));

        Assert.Equal([1], await store.IdsAsync());
        Assert.False(File.Exists(target));
    }

    [Fact]
    public async Task A_person_is_not_erased_from_an_outbox_that_only_a_link_leads_to_and_the_call_says_so()
    {
        using var theirs = new SqliteFolder();
        var file = await theirs.LeaveAsync(Commit(Row(1)));
        var store = _folder.Open();
        var link = _folder.Combine("outbox-link.db");
        File.CreateSymbolicLink(link, file);

        var exception = await Assert.ThrowsAsync<IOException>(async () => await store.PurgeUserAsync("u1", CancellationToken.None));

        Assert.Contains($"{link} is a symbolic link, which is not followed.", exception.Message, StringComparison.Ordinal);
        Assert.Equal(1L, SqliteFolder.Execute(file, "SELECT count(*) FROM rows"));
    }

    [Fact]
    public void A_database_of_another_application_keeps_its_mode()
    {
        var foreign = _folder.Combine("outbox-foreign.db");
        SqliteFolder.Execute(foreign, "PRAGMA application_id = 42");
        File.SetUnixFileMode(foreign, OpenToAll);

        _folder.Open();

        Assert.Equal(OpenToAll, File.GetUnixFileMode(Assert.Single(_folder.Named("set-aside-*.db"))));
    }

    public void Dispose()
    {
        _folder.Dispose();
        _elsewhere.Dispose();
    }
}
