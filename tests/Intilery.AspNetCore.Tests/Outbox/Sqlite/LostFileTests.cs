using System.Net;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Outbox.Sqlite;

public sealed class LostFileTests : IDisposable
{
    private readonly SqliteFolder _folder = new();

    public LostFileTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not remove a file that is open.");

    [Theory]
    [InlineData("")]
    [InlineData("-wal")]
    [InlineData(".lock")]
    public async Task A_file_removed_while_it_is_in_use_is_replaced_with_all_that_was_in_it(string suffix)
    {
        var store = _folder.Open();
        await store.WriteAsync(Commit([.. Enumerable.Range(1, 1200).Select(id => Row(id))]), Write(Intent(9001, "u2")));
        await store.RejectAsync(new DeadLetter(Row(3), "no", Noon), CancellationToken.None);
        var file = Assert.Single(_folder.Databases);
        File.Delete(file + suffix);

        await store.WriteAsync(Commit(Row(2000)));

        Assert.Equal([1, 2, .. Enumerable.Range(4, 1197), 2000], await store.IdsAsync(maxRows: 5000));
        var status = await store.GetStatusAsync(CancellationToken.None);
        Assert.Equal((1200L, 1L, 1L), (status.Rows, status.Intents, status.DeadLetters));
        var replaced = Assert.Single(_folder.Diagnostics.Logged(322));
        store.Dispose();
        var next = _folder.Open();
        await next.ReadOrphanedIntentsAsync(CancellationToken.None);
        Assert.Equal(1200, (await next.IdsAsync(maxRows: 5000)).Count);
        Assert.StartsWith($"The outbox file {file} was removed or renamed while it was in use", replaced, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_removed_file_is_noticed_by_reading_too()
    {
        var store = _folder.Open();
        await store.WriteAsync(Commit(Row(1)));
        File.Delete(Assert.Single(_folder.Databases));

        Assert.Equal([1], await store.IdsAsync());

        store.Dispose();
        Assert.Equal([1], await _folder.Open().IdsAsync());
    }

    [Fact]
    public async Task A_file_that_was_renamed_is_not_delivered_again_when_it_is_found()
    {
        var store = _folder.Open();
        await store.WriteAsync(Commit(Row(1)));
        var file = Assert.Single(_folder.Databases);
        File.Move(file, Path.Combine(_folder.Path, "outbox-renamed.db"));
        Assert.Equal([1], await store.IdsAsync());

        await store.CompleteAsync([1], CancellationToken.None);
        await store.ReadOrphanedIntentsAsync(CancellationToken.None);

        Assert.Empty(await store.IdsAsync());
    }

    [Fact]
    public async Task A_folder_removed_while_it_is_in_use_is_made_again_for_its_owner_only()
    {
        var store = _folder.Open();
        await store.WriteAsync(Commit(Row(1), Row(2)));
        Directory.Delete(_folder.Path, recursive: true);

        await store.WriteAsync(Commit(Row(3)));

        Assert.Equal([1, 2, 3], await store.IdsAsync());
        store.Dispose();
        Assert.Equal([1, 2, 3], await _folder.Open().IdsAsync());
    }

    [Fact]
    public async Task While_a_removed_folder_cannot_be_made_again_nothing_is_recorded_and_what_was_is_still_delivered()
    {
        var store = _folder.Open();
        await store.WriteAsync(Commit(Row(1), Row(2)));
        Directory.Delete(_folder.Path, recursive: true);
        await File.WriteAllTextAsync(_folder.Path, "in the way", TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<IOException>(async () => await store.WriteAsync(Commit(Row(3))));
        Assert.Equal([1, 2], await store.IdsAsync());
        await store.CompleteAsync([1], CancellationToken.None);
        Assert.Equal([2], await store.IdsAsync());

        File.Delete(_folder.Path);
        await store.WriteAsync(Commit(Row(3)));
        Assert.Equal([2, 3], await store.IdsAsync());
    }

    [Fact]
    public async Task Events_of_a_time_without_a_folder_wait_in_memory_and_are_written_in_order_by_themselves()
    {
        var clock = new ObservedClock();
        var store = _folder.Open();
        using var signal = new OutboxSignal();
        using var writer = new OutboxWriter(
            store, signal, new OutboxWriterSettings(TimeSpan.FromSeconds(1), 1000), _folder.Diagnostics.Diagnostics, clock);
        writer.Start();
        await writer.CommitAsync(new OutboxCommit([], [Row(1)]), CancellationToken.None);
        Directory.Delete(_folder.Path, recursive: true);
        await File.WriteAllTextAsync(_folder.Path, "in the way", TestContext.Current.CancellationToken);

        var waiting = Enumerable.Range(2, 50).Select(id => writer.CommitAsync(new OutboxCommit([], [Row(id)]), CancellationToken.None).AsTask()).ToList();
        await clock.WaitedForAsync(TimeSpan.FromMilliseconds(100));
        File.Delete(_folder.Path);
        await clock.PassAsync(TimeSpan.FromMilliseconds(100));

        Assert.All(await Task.WhenAll(waiting), outcome => Assert.Equal(RecordOutcome.Recorded, outcome));
        Assert.Equal(Enumerable.Range(1, 51).Select(id => (long)id), await store.IdsAsync());
    }

    [Fact]
    public async Task No_request_fails_when_the_folder_is_removed_and_every_event_before_and_after_is_delivered()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup
        {
            Settings =
            {
                ["Intilery:BaseAddress"] = api.BaseAddress,
                ["Intilery:Delivery:Enabled"] = "true",
                ["Intilery:Outbox:Path"] = _folder.Path,
                ["Intilery:Identify"] = "false",
            },
        });
        var users = new[] { await app.CreateUserAsync("peter@example.com"), await app.CreateUserAsync("mary@example.com") };
        var refusal = api.HoldNextAnswer(HttpStatusCode.ServiceUnavailable);
        using var peter = app.OpenBrowser();
        await IdentityApp.SignInAsync(peter, "peter@example.com");
        await refusal.Arrived;

        Directory.Delete(_folder.Path, recursive: true);
        using var mary = app.OpenBrowser();
        await IdentityApp.SignInAsync(mary, "mary@example.com");
        refusal.Give();

        Assert.Equal(users, (await api.AcceptedAsync(2)).Select(call => call.UserId));
        Assert.Single(app.Log.Ours, line => line.Id == 322);
        await app.StopAsync();
    }

    public void Dispose() => _folder.Dispose();
}
