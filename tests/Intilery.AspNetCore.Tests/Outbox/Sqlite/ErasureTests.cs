using System.Text;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Sqlite;
using Intilery.AspNetCore.Tests.Support;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Outbox.Sqlite;

public sealed class ErasureTests : IDisposable
{
    private const string Peter = "peter-gibbons";
    private const string Mary = "mary-smith";

    private readonly SqliteFolder _folder = new();

    [Fact]
    public async Task An_erased_person_is_gone_from_the_files_bytes_too()
    {
        var store = _folder.Open();
        await store.WriteAsync(Commit([.. Enumerable.Range(1, 200).Select(id => Row(id, id % 2 == 0 ? Peter : Mary))]));
        await store.RejectAsync(new DeadLetter(Row(2), "no", Noon), CancellationToken.None);
        Assert.Contains(Peter, Bytes(), StringComparison.Ordinal);

        Assert.Equal(100, await store.PurgeUserAsync(Peter, CancellationToken.None));

        Assert.DoesNotContain(Peter, Bytes(), StringComparison.Ordinal);
        Assert.Contains(Mary, Bytes(), StringComparison.Ordinal);
        Assert.Equal(100, (await store.IdsAsync()).Count);
    }

    [Fact]
    public async Task A_person_with_many_rows_is_erased_in_parts_between_which_others_record()
    {
        var store = _folder.Open();
        await store.WriteAsync(Commit([.. Enumerable.Range(1, 20_000).Select(id => Row(id, Peter) with { Payload = Encoding.UTF8.GetBytes(Payload(id, Peter) + new string(' ', 500)) })]));
        await store.CompleteAsync([.. Enumerable.Range(1, 2000).Select(id => (long)id)], CancellationToken.None);

        var purging = Task.Run(async () => await store.PurgeUserAsync(Peter, CancellationToken.None), TestContext.Current.CancellationToken);
        var between = 0;
        for (var id = 100_000; !purging.IsCompleted; id++)
        {
            await store.WriteAsync(Commit(Row(id, Mary)));
            between++;
        }

        Assert.Equal(18_000, await purging);
        Assert.True(between > 3, $"{between} writes came between the parts.");
        Assert.DoesNotContain(Peter, Bytes(), StringComparison.Ordinal);
        Assert.Equal(between, (await store.GetStatusAsync(CancellationToken.None)).Rows);
    }

    [Fact]
    public async Task What_is_delivered_leaves_no_large_file_behind()
    {
        var store = _folder.Open();
        await store.WriteAsync(Commit([.. Enumerable.Range(1, 3000).Select(id => Row(id) with { Payload = new byte[10_000] })]));
        await store.CompleteAsync([.. Enumerable.Range(1, 3000).Select(id => (long)id)], CancellationToken.None);

        await store.ReadOrphanedIntentsAsync(CancellationToken.None);
        store.Dispose();

        Assert.InRange(new FileInfo(Assert.Single(_folder.Databases)).Length, 0, 6L << 20);
    }

    [Fact]
    public async Task A_person_is_erased_from_the_files_of_processes_that_run_and_that_ended_and_those_that_run_go_on()
    {
        var (store, running, ended) = (_folder.Open(), _folder.Open(), _folder.Open());
        await store.WriteAsync(Commit(Row(1, Peter)));
        await running.WriteAsync(Commit(Row(2, Peter), Row(3, Mary), Row(4, Peter)), Write(Intent(8, Peter)), Write(Intent(9, Peter)));
        await running.RejectAsync(new DeadLetter(Row(4), "no", Noon), CancellationToken.None);
        await ended.WriteAsync(Commit(Row(5, Peter), Row(6, Mary)));
        ended.Dispose();

        Assert.Equal(6, await store.PurgeUserAsync(Peter, CancellationToken.None));

        Assert.DoesNotContain(Peter, Bytes(), StringComparison.Ordinal);

        // What the running one settles only now is nobody's any more.
        await running.WriteAsync(Commit(9, Row(7, Peter, intentId: 9)), Commit(Row(10, Mary)));
        Assert.Equal([3, 10], await running.IdsAsync());
        Assert.Empty(await store.ReadOrphanedIntentsAsync(CancellationToken.None));
        Assert.Equal([6], await store.IdsAsync());
        Assert.Empty(_folder.Named("set-aside-*"));
    }

    [Fact]
    public async Task A_person_is_erased_while_another_process_works_on_its_file()
    {
        var api = $"http://127.0.0.1:{ClosedPort.Next()}";
        using var process = CrasherProcess.Start(
            1_000_000,
            ("ClientId", TrackingApi.ClientId),
            ("AuthToken", TrackingApi.Token),
            ("BaseAddress", api),
            ("Outbox:Path", _folder.Path),
            ("Outbox:CommitTimeout", "00:01:00"));
        var users = await process.RecordedAsync(100);
        var erased = users.TakeLast(10).ToList();
        var store = _folder.Open();

        foreach (var user in erased)
        {
            // Each time at another moment of the other's writing.
            Assert.Equal(2, await store.PurgeUserAsync(user, CancellationToken.None));
            Assert.DoesNotContain(user, Bytes(), StringComparison.Ordinal);
        }

        var recorded = users.Concat(await process.RecordedAsync(100)).Concat(await process.KillAfterAsync(0)).ToHashSet();
        await store.ReadOrphanedIntentsAsync(CancellationToken.None);
        var left = await store.ReadAsync($"{api}/track/acme/acme/ACME", DateTimeOffset.MaxValue, int.MaxValue, CancellationToken.None);
        Assert.DoesNotContain(left, row => erased.Contains(row.UserId!));
        Assert.Empty(recorded.Except(left.Select(row => row.UserId!)).Except(erased));
    }

    [Fact]
    public async Task What_is_erased_from_a_file_while_it_is_taken_over_is_forgotten_where_it_went()
    {
        await _folder.LeaveAsync(Commit(Row(1, Peter), Row(2, Mary)), Write(Intent(9, Peter)));
        var settings = new SqliteOutboxSettings(_folder.Path, SyncEveryCommit: false, 1L << 30);
        var (taken, forgotten) = (new List<long>(), new List<long>());

        using var takeover = new OutboxTakeover(
            new OutboxFiles(settings, _folder.Diagnostics.Diagnostics),
            async (part, _, _) =>
            {
                taken.AddRange(Ids(part));
                await new FolderErasure(settings).EraseAsync(Peter, except: null, CancellationToken.None);
            },
            (erased, _) =>
            {
                forgotten.AddRange(Ids(erased));
                return default;
            },
            _folder.Diagnostics.Diagnostics);
        await takeover.ClaimAsync(except: null, CancellationToken.None);
        await takeover.MoveAsync(CancellationToken.None);

        // The row was erased before it was read.
        Assert.Equal([9, 2], taken);
        Assert.Equal([9], forgotten);
    }

    [Fact]
    public async Task A_file_that_cannot_be_reached_is_named_and_the_others_are_erased_from()
    {
        var newer = await _folder.LeaveAsync(Commit(Row(1, Peter)));
        SqliteFolder.Execute(newer, "PRAGMA user_version = 99");
        var (store, running) = (_folder.Open(), _folder.Open());
        await store.WriteAsync(Commit(Row(2, Peter)));
        await running.WriteAsync(Commit(Row(3, Peter)));

        var exception = await Assert.ThrowsAsync<IOException>(async () => await store.PurgeUserAsync(Peter, CancellationToken.None));

        Assert.Contains(newer, exception.Message, StringComparison.Ordinal);
        Assert.Empty(await store.IdsAsync());
        Assert.Empty(await running.IdsAsync());
        Assert.Equal(1L, SqliteFolder.Execute(newer, "SELECT count(*) FROM rows"));
    }

    public void Dispose() => _folder.Dispose();

    private static IEnumerable<long> Ids(OutboxContents part) =>
        part.Intents.Select(intent => intent.Id).Concat(part.Rows.Select(row => row.Id)).Concat(part.DeadLetters.Select(letter => letter.Row.Id));

    private string Bytes() => string.Concat(_folder.Named("*.db*").Where(IsData).Select(path =>
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file, Encoding.Latin1);
        return reader.ReadToEnd();
    }));

    // Not the lock, which nobody can open while its process lives.
    private static bool IsData(string path) => !path.EndsWith(".lock", StringComparison.Ordinal);
}
