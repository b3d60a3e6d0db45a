using System.Net;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Sqlite;
using Intilery.AspNetCore.Tests.Support;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Outbox.Sqlite;

public sealed class DiskTroubleTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();
    private readonly TestDiagnostics _diagnostics = new(TimeProvider.System);

    private string Disk => _scratch.Combine("disk");

    [Fact]
    public async Task A_full_disk_takes_nothing_loses_nothing_and_is_written_again_once_there_is_room()
    {
        using var disk = Mount.SmallDisk(Disk, 1024);
        using var store = Open();
        await store.WriteAsync(Commit([.. Enumerable.Range(1, 100).Select(id => Row(id))]));
        var filler = disk.Fill();

        await Assert.ThrowsAsync<OutboxFullException>(async () => await FillLogAsync(store));
        var held = await store.IdsAsync();
        Assert.Equal(Enumerable.Range(1, 100).Select(id => (long)id), held.Take(100));

        File.Delete(filler);
        await store.WriteAsync(Commit(Row(100_000)));
        Assert.Equal([.. held, 100_000], await store.IdsAsync());
    }

    [Fact]
    public async Task What_was_delivered_while_the_disk_is_full_is_not_delivered_again()
    {
        using var disk = Mount.SmallDisk(Disk, 1024);
        using var store = Open();
        await store.WriteAsync(Commit([.. Enumerable.Range(1, 100).Select(id => Row(id))]));
        var filler = disk.Fill();
        await Assert.ThrowsAsync<OutboxFullException>(async () => await FillLogAsync(store));
        var held = await store.IdsAsync();

        await store.CompleteAsync([.. held.Take(90)], CancellationToken.None);
        Assert.Equal(held.Skip(90), await store.IdsAsync());
        Assert.Equal(held.Skip(90).Take(5), await store.IdsAsync(maxRows: 5));

        File.Delete(filler);
        Assert.Equal(held.Skip(90), await store.IdsAsync());
        Assert.Equal(held.Count - 90, (await store.GetStatusAsync(CancellationToken.None)).Rows);
    }

    [Fact]
    public async Task An_outbox_that_has_filled_its_own_disk_empties_and_is_written_again_although_nobody_makes_room()
    {
        using var disk = Mount.SmallDisk(Disk, 48 << 10);
        using var store = Open();
        await FillWithLargeRowsAsync(store);
        disk.Fill();
        var held = await store.IdsAsync(maxRows: int.MaxValue);

        await store.CompleteAsync(held, CancellationToken.None);

        Assert.Equal(0, (await store.GetStatusAsync(CancellationToken.None)).Rows);
        for (var id = 100_000; id < 100_100; id++)
        {
            await store.WriteAsync(Commit(LargeRow(id)));
        }

        Assert.Equal(100, (await store.IdsAsync()).Count);
    }

    [Fact]
    public async Task A_rejected_event_is_a_dead_letter_on_a_full_disk_too()
    {
        using var disk = Mount.SmallDisk(Disk, 48 << 10);
        using var store = Open();
        await FillWithLargeRowsAsync(store);
        disk.Fill();
        var held = await store.ReadAsync(Here, Noon, 1, CancellationToken.None);

        await store.RejectAsync(new DeadLetter(held[0], "no", Noon), CancellationToken.None);

        Assert.Equal(1, (await store.GetStatusAsync(CancellationToken.None)).DeadLetters);
    }

    [Fact]
    public async Task What_was_delivered_on_a_full_disk_without_any_room_is_not_delivered_by_the_next_process()
    {
        using var disk = Mount.SmallDisk(Disk, 48 << 10);
        IReadOnlyList<long> held;
        using (var store = Open())
        {
            await FillWithLargeRowsAsync(store);
            disk.Fill();
            held = await store.IdsAsync(maxRows: int.MaxValue);

            // What was kept is somebody else's by now.
            File.Delete(Assert.Single(Directory.GetFiles(Disk, "*.reserve")));
            disk.Fill();
            await store.CompleteAsync([.. held.Take(100)], CancellationToken.None);
            Assert.Equal(held.Skip(100), await store.IdsAsync(maxRows: int.MaxValue));
            Assert.Equal(held.Count, (await store.GetStatusAsync(CancellationToken.None)).Rows);
        }

        using var next = Open();

        Assert.Equal(held.Skip(100), await next.IdsAsync(maxRows: int.MaxValue));
    }

    [Fact]
    public async Task A_folder_made_read_only_while_it_is_in_use_changes_nothing()
    {
        Assert.Null(OutboxFolder.Fault(Disk));
        using var store = Open();
        await store.WriteAsync(Commit(Row(1), Row(2)));

        using (Mount.ReadOnly(Disk))
        {
            Assert.Throws<IOException>(Open);
            await store.WriteAsync(Commit(Row(3)));
            await store.ReadOrphanedIntentsAsync(CancellationToken.None);
            await store.CompleteAsync([1], CancellationToken.None);
            Assert.Equal([2, 3], await store.IdsAsync());
        }

        await store.WriteAsync(Commit(Row(4)));
        Assert.Equal([2, 3, 4], await store.IdsAsync());
    }

    [Fact]
    public async Task No_request_fails_while_the_disk_is_full_and_every_event_is_delivered_after()
    {
        using var disk = Mount.SmallDisk(Disk, 2048);
        await using var api = await TrackingApi.StartAsync();
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup
        {
            Settings =
            {
                ["Intilery:BaseAddress"] = api.BaseAddress,
                ["Intilery:Delivery:Enabled"] = "true",
                ["Intilery:Outbox:Path"] = Disk,
                ["Intilery:Outbox:CommitTimeout"] = "00:00:00.050",
                ["Intilery:Identify"] = "false",
            },
        });
        var users = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            users.Add(await app.CreateUserAsync($"u{i}@example.com"));
        }

        var filler = disk.Fill();
        for (var i = 0; i < 20; i++)
        {
            using var browser = app.OpenBrowser();
            await IdentityApp.SignInAsync(browser, $"u{i}@example.com");
        }

        Assert.Contains(app.Log.Ours, line => line.Id == 301 && line.Exception is OutboxFullException);
        File.Delete(filler);

        Assert.Equal(users, (await api.AcceptedAsync(20)).Select(call => call.UserId));
        using var home = await app.OpenBrowser().GetAsync("/Identity/Account/Login");
        Assert.Equal(HttpStatusCode.OK, home.StatusCode);
        await app.StopAsync();
    }

    public void Dispose()
    {
        _diagnostics.Dispose();
        _scratch.Dispose();
    }

    private static OutboxRow LargeRow(long id) => Row(id) with { Payload = new byte[20_000] };

    private static async Task FillWithLargeRowsAsync(SqliteOutboxStore store)
    {
        try
        {
            for (var id = 1; ; id++)
            {
                await store.WriteAsync(Commit(LargeRow(id)));
            }
        }
        catch (OutboxFullException)
        {
            // The last row that did not fit.
        }
    }

    // The log of writes has room of its own: small writes still fit there for a while.
    private static async Task FillLogAsync(SqliteOutboxStore store)
    {
        for (var id = 1000; ; id++)
        {
            await store.WriteAsync(Commit(Row(id)));
        }
    }

    private SqliteOutboxStore Open()
    {
        var store = new SqliteOutboxStore(new SqliteOutboxSettings(Disk, SyncEveryCommit: false, 1L << 30), _diagnostics.Diagnostics);
        try
        {
            store.Open();
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }
}
