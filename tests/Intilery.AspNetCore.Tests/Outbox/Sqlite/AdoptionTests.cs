using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Sqlite;
using Intilery.AspNetCore.Tests.Support;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;
using static Intilery.AspNetCore.Tests.Support.TrialSample;

namespace Intilery.AspNetCore.Tests.Outbox.Sqlite;

public sealed class AdoptionTests : IDisposable
{
    private readonly SqliteFolder _folder = new();

    [Fact]
    public async Task Two_stores_on_one_folder_have_a_file_each_and_do_not_see_each_other()
    {
        var (first, second) = (_folder.Open(), _folder.Open());
        await first.WriteAsync(Commit(Row(1)), Write(Intent(9)));
        await second.WriteAsync(Commit(Row(2)));

        Assert.Equal(2, _folder.Databases.Length);
        Assert.Empty(await OrphansAsync(second));
        Assert.Equal([2], await second.IdsAsync());
        Assert.Empty(await first.IdsAsync());
    }

    [Fact]
    public async Task A_running_store_adopts_the_whole_file_of_a_process_that_ended()
    {
        var staying = _folder.Open();
        await staying.WriteAsync(Commit(Row(4)));
        string? file;
        using (var leaving = _folder.Open())
        {
            file = leaving.File;
            await leaving.WriteAsync(Commit(Row(1), Row(2), Row(3, "u2")), Write(Intent(9, "u2")));
            await leaving.RejectAsync(new DeadLetter(Row(2), "no", Noon), CancellationToken.None);
            Assert.Empty(await OrphansAsync(staying));
        }

        Assert.Equal([9], await OrphansAsync(staying));
        Assert.Equal([1, 4], await staying.IdsAsync());
        var status = await staying.GetStatusAsync(CancellationToken.None);
        Assert.Equal((3L, 1L, 1L), (status.Rows, status.Intents, status.DeadLetters));
        Assert.Equal($"Took over 2 events from {file}, which a terminated process left.", _folder.Diagnostics.Logged(305).Single());
    }

    [Fact]
    public async Task What_a_newer_version_wrote_stays_in_the_file_of_its_process_for_that_version()
    {
        var staying = _folder.Open();
        var file = await _folder.LeaveAsync(
            Commit(Start(1, Trial("newer"))), Commit(Row(2, "u2")), Commit(Row(3, "u2")), Commit(Start(4, Trial("known", groupId: "acct_2"))), Write(Intent(9, "u3")));
        SqliteFolder.Execute(
            file, "UPDATE trials SET format = 2 WHERE key = 'newer'; UPDATE rows SET format = 2 WHERE id IN (1, 2); UPDATE intents SET format = 2");

        Assert.Empty(await OrphansAsync(staying));

        Assert.Equal([3, 4], await staying.IdsAsync());
        Assert.Equal(["known"], (await staying.NextAsync()).Select(trial => trial.Key));
        Assert.Equal(
            "newer 1, 2 9",
            SqliteFolder.Execute(file, "SELECT (SELECT group_concat(key) FROM trials) || ' ' || (SELECT group_concat(id, ', ') FROM rows) || ' ' || (SELECT id FROM intents)"));
    }

    [Fact]
    public async Task The_state_of_a_process_that_ended_is_adopted_unless_the_own_one_was_changed_more_often()
    {
        var staying = _folder.Open();
        await staying.WriteAsync(Change("older here", 0), Change("newer here", 0), Change("newer here", 1));
        await _folder.LeaveAsync(Change("only there", 0), Change("older here", 0), Change("older here", 1), Change("newer here", 0));

        Assert.Empty(await OrphansAsync(staying));

        Assert.Equal((1, 2, 2), (await VersionAsync("only there"), await VersionAsync("older here"), await VersionAsync("newer here")));

        static OutboxWrite Change(string name, long seen) => new(null, new OutboxCommit([], []) { State = new StateChange(name, seen, new byte[] { 1 }) });

        async Task<long> VersionAsync(string name) => (await staying.ReadStateAsync(name, CancellationToken.None))!.Version;
    }

    [Fact]
    public async Task The_trials_of_a_process_that_ended_are_adopted_and_of_two_that_one_key_names_the_later_counts()
    {
        var staying = _folder.Open();
        var file = await _folder.LeaveAsync(Commit(
            TrialSample.Start(1, TrialSample.Trial("ended here", 1)),
            TrialSample.Start(2, TrialSample.Trial("newer there", 2)),
            TrialSample.Start(7, TrialSample.Trial("newer here", 3)),
            TrialSample.Start(8, TrialSample.Trial("only here", 4))));
        await staying.WriteAsync(Commit(
            TrialSample.End(3, TrialSample.Trial("ended here")),
            TrialSample.Start(4, TrialSample.Trial("newer there", 5)),
            TrialSample.Start(5, TrialSample.Trial("newer here", 6))));

        Assert.Empty(await OrphansAsync(staying));

        Assert.Equal(
            [("newer here", 7L), ("only here", 8L), ("newer there", 4L)], (await staying.NextAsync()).Select(trial => (trial.Key, trial.Generation)));
        Assert.Equal(0L, SqliteFolder.Execute(file, "SELECT count(*) FROM trials"));
    }

    [Fact]
    public async Task A_long_backlog_is_adopted_part_by_part_and_in_order()
    {
        await _folder.LeaveAsync();
        var staying = _folder.Open();
        var file = await _folder.LeaveAsync(Commit([.. Enumerable.Range(1, 1201).Select(id => Row(id))]));

        Assert.Empty(await OrphansAsync(staying));

        Assert.Equal(Enumerable.Range(1, 1201).Select(id => (long)id), await staying.IdsAsync(maxRows: 5000));
        Assert.Equal(0L, SqliteFolder.Execute(file, "SELECT count(*) FROM rows"));
    }

    [Fact]
    public async Task What_was_adopted_is_not_adopted_again_by_anybody()
    {
        var staying = _folder.Open();
        await _folder.LeaveAsync(Commit(Row(1)));
        await OrphansAsync(staying);
        await staying.CompleteAsync([1], CancellationToken.None);

        Assert.Empty(await OrphansAsync(staying));
        Assert.Empty(await staying.IdsAsync());
        var next = _folder.Open();
        await OrphansAsync(next);
        Assert.Empty(await next.IdsAsync());
        Assert.Single(_folder.Diagnostics.Logged(305));
    }

    [Fact]
    public async Task A_file_that_was_emptied_is_adopted_again_once_another_process_has_used_it()
    {
        var staying = _folder.Open();
        var first = await _folder.LeaveAsync(Commit(Row(1)));
        await OrphansAsync(staying);
        Assert.Equal(first, await _folder.LeaveAsync(Commit(Row(2))));

        await OrphansAsync(staying);

        Assert.Equal([1, 2], await staying.IdsAsync());
    }

    [Fact]
    public async Task Several_that_look_at_once_share_what_is_left_without_a_row_in_two_places()
    {
        var stores = Enumerable.Range(0, 3).Select(_ => _folder.Open()).ToList();
        var leaving = Enumerable.Range(0, 4).Select(_ => _folder.Open()).ToList();
        for (var i = 0; i < leaving.Count; i++)
        {
            await leaving[i].WriteAsync(Commit([.. Enumerable.Range(i * 100, 100).Select(id => Row(id))]));
        }

        leaving.ForEach(store => store.Dispose());
        await Task.WhenAll(stores.Select(store => Task.Run(() => OrphansAsync(store))));

        var ids = new List<long>();
        foreach (var store in stores)
        {
            ids.AddRange(await store.IdsAsync());
        }

        Assert.Equal(Enumerable.Range(0, 400).Select(id => (long)id), ids.Order());
    }

    [Fact]
    public async Task What_does_not_fit_stays_in_its_file_until_there_is_room()
    {
        var staying = _folder.Open(maxBytes: 256 << 10);
        var backlog = Enumerable.Range(1, 1000).Select(id => Row(id)).ToArray();
        var file = await _folder.LeaveAsync(Commit(backlog));

        await OrphansAsync(staying);
        var first = await staying.IdsAsync();
        Assert.InRange(first.Count, 1, 999);
        Assert.Equal(1000L - first.Count, SqliteFolder.Execute(file, "SELECT count(*) FROM rows"));

        await staying.CompleteAsync(first, CancellationToken.None);
        await OrphansAsync(staying);
        Assert.Equal(backlog.Select(row => row.Id).Skip(first.Count), await staying.IdsAsync());
    }

    [Fact]
    public async Task The_own_file_is_read_before_a_claimed_one_is_taken_over_and_no_user_overtakes_themselves()
    {
        await _folder.LeaveAsync();
        var staying = _folder.Open();
        var file = await _folder.LeaveAsync(Commit([.. Enumerable.Range(1, 1200).Select(id => Row(id, id <= 700 ? "long" : "u1"))]));
        await staying.WriteAsync(Commit(Row(2001, "u1"), Row(2002, "other"), Row(2003, "long")));

        Assert.Equal(1200, await staying.ClaimOrphansAsync(CancellationToken.None));

        // Of u1 and of the one with the long backlog, what is earlier comes first, part by part; the other waits for neither.
        var read = new List<long>();
        while (await staying.IdsAsync(maxRows: 100) is { Count: > 0 } ids)
        {
            read.AddRange(ids);
            await staying.CompleteAsync(ids, CancellationToken.None);
        }

        Assert.Equal(2002, read[0]);
        Assert.Equal([.. Enumerable.Range(701, 500).Select(id => (long)id), 2001], read.Where(id => id is > 700 and < 2002));
        Assert.Equal([.. Enumerable.Range(1, 700).Select(id => (long)id), 2003], read.Where(id => id is <= 700 or 2003));
        Assert.Empty(await OrphansAsync(staying));
        Assert.Equal(0L, SqliteFolder.Execute(file, "SELECT count(*) FROM rows"));
    }

    [Fact]
    public async Task A_user_whose_intent_is_in_a_claimed_file_is_held_back()
    {
        await _folder.LeaveAsync();
        var staying = _folder.Open();
        await _folder.LeaveAsync(Write(Intent(9, "u2")));
        await staying.WriteAsync(Commit(Row(11, "u2"), Row(12)));

        await staying.ClaimOrphansAsync(CancellationToken.None);

        Assert.Equal([12], await staying.IdsAsync());
        Assert.Equal([9], await OrphansAsync(staying));
    }

    [Fact]
    public async Task A_full_outbox_is_delivered_also_where_a_claimed_file_has_earlier_rows()
    {
        await _folder.LeaveAsync();
        var staying = _folder.Open(maxBytes: 256 << 10);
        await _folder.LeaveAsync(Commit([.. Enumerable.Range(1, 1000).Select(id => Row(id))]));
        await Assert.ThrowsAsync<OutboxFullException>(async () =>
        {
            for (var id = 2000; ; id++)
            {
                await staying.WriteAsync(Commit(Row(id)));
            }
        });

        await staying.ClaimOrphansAsync(CancellationToken.None);

        var read = await staying.IdsAsync(maxRows: 500);
        Assert.Equal(Enumerable.Range(1, 500).Select(id => (long)id), read);
    }

    [Fact]
    public async Task What_a_store_has_claimed_and_not_taken_over_is_the_next_ones()
    {
        var (staying, other) = (_folder.Open(), _folder.Open());
        await _folder.LeaveAsync(Commit(Row(5)), Write(Intent(9, "u2")));
        Assert.Equal(5, await other.ClaimOrphansAsync(CancellationToken.None));
        Assert.Empty(await OrphansAsync(staying));
        other.Dispose();

        Assert.Equal([9], await OrphansAsync(staying));
        Assert.Equal([5], await staying.IdsAsync());
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<IReadOnlyList<long>> OrphansAsync(SqliteOutboxStore store) =>
        [.. (await store.ReadOrphanedIntentsAsync(CancellationToken.None)).Select(intent => intent.Id)];
}
