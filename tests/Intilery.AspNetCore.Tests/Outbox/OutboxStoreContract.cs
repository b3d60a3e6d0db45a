using System.Text;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Outbox;

/// <summary>What every store must do, whatever it keeps its rows in.</summary>
public abstract class OutboxStoreContract : DeadLetterContract
{
    [Fact]
    public async Task A_row_comes_back_as_it_was_written()
    {
        await Store.WriteAsync(Commit(Row(7, "u1")));

        var row = Assert.Single(await Store.ReadAsync(Here, Noon, 10, CancellationToken.None));
        Assert.Equal((7L, "Signed In", "u1", Noon, Here), (row.Id, row.EventName, row.UserId, row.DueAt, row.Destination));
        Assert.Equal(Payload(7, "u1"), Encoding.UTF8.GetString(row.Payload.Span));
    }

    [Fact]
    public async Task What_was_written_is_the_stores_own_copy_because_the_payloads_memory_is_used_again()
    {
        var memory = Encoding.UTF8.GetBytes(Payload(7, "u1"));
        await Store.WriteAsync(Commit(Row(7) with { Payload = memory }));
        Array.Clear(memory);

        var row = Assert.Single(await Store.ReadAsync(Here, Noon, 10, CancellationToken.None));
        Assert.Equal(Payload(7, "u1"), Encoding.UTF8.GetString(row.Payload.Span));
    }

    [Fact]
    public async Task The_last_id_is_that_of_all_rows_that_wait_wherever_they_go()
    {
        Assert.Equal(0, await Store.GetLastIdAsync(CancellationToken.None));

        await Store.WriteAsync(Commit(Row(7), Row(30) with { Destination = "https://other.test" }, Row(20)));

        Assert.Equal(30, await Store.GetLastIdAsync(CancellationToken.None));
    }

    [Fact]
    public async Task What_is_held_back_waits_as_long_as_if_it_were_not()
    {
        Assert.Null(await Store.GetWaitingSinceAsync(Here, Noon, CancellationToken.None));

        await Store.WriteAsync(
            Commit(Row(3) with { DueAt = Noon.AddHours(1) }, Row(1) with { Destination = "https://other.test" }, Row(2)), Commit(Row(4) with { IsBackfill = true, DueAt = Noon.AddHours(-1) }));
        Assert.Null(await Store.GetWaitingSinceAsync(Here, Noon.AddHours(-2), CancellationToken.None));
        Assert.Equal(Noon.AddHours(-1), await Store.GetWaitingSinceAsync(Here, Noon.AddHours(-1), CancellationToken.None));
        Assert.Equal(Noon, await Store.GetWaitingSinceAsync(Here, Noon, CancellationToken.None));

        await Store.WriteAsync(Write(Intent(9)));
        Assert.Empty(await Store.IdsAsync());
        Assert.Equal(RowIdSequence.TimeOf(9), await Store.GetWaitingSinceAsync(Here, Noon, CancellationToken.None));
    }

    [Fact]
    public async Task A_row_without_a_payload_can_be_read_and_set_aside()
    {
        await Store.WriteAsync(Commit(Row(1) with { Payload = default }, Row(2)));

        var empty = (await Store.ReadAsync(Here, Noon, 10, CancellationToken.None))[0];
        Assert.Equal((1L, 0, false), (empty.Id, empty.Payload.Length, empty.IsReadable));
        await Store.RejectAsync(new DeadLetter(empty, "empty", Noon), CancellationToken.None);

        Assert.Equal([2], await Store.IdsAsync());
        Assert.Equal(1, (await StatusAsync()).DeadLetters);
    }

    [Fact]
    public async Task Rows_are_read_in_the_order_of_their_writing_whatever_clocks_their_ids_come_from()
    {
        await Store.WriteAsync(Commit(Row(30), Row(10)), Commit(Row(20)));
        await Store.WriteAsync(Commit(Row(5)));

        Assert.Equal([30, 10, 20, 5], await Store.IdsAsync());
        Assert.Equal([30, 10], await Store.IdsAsync(maxRows: 2));
    }

    [Fact]
    public async Task Users_who_are_held_back_are_listed_with_the_one_who_has_waited_longest_first()
    {
        var ids = new RowIdSequence(new FakeTimeProvider(Noon));
        var (first, second, third) = (ids.Next(), ids.Next(), ids.Next());
        await Store.WriteAsync(Write(Intent(second, "mary")), Write(Intent(first, "peter")), Write(Intent(third, "peter")), Write(Intent(ids.Next(), string.Empty)));
        Assert.Equal([new HeldUser("peter", Noon, 2), new HeldUser("mary", Noon, 1)], await Store.ReadHeldAsync(10, CancellationToken.None));
        Assert.Equal([new HeldUser("peter", Noon, 2)], await Store.ReadHeldAsync(1, CancellationToken.None));

        await Store.WriteAsync(Commit(first), Commit(third));
        Assert.Equal([new HeldUser("mary", Noon, 1)], await Store.ReadHeldAsync(10, CancellationToken.None));
    }

    [Fact]
    public async Task Rows_of_a_backfill_are_read_after_all_others()
    {
        await Store.WriteAsync(Commit(Row(1) with { IsBackfill = true, TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" }, Row(2)));
        await Store.WriteAsync(Commit(Row(3) with { IsBackfill = true }, Row(4)));

        Assert.Equal([2, 4, 1, 3], await Store.IdsAsync());
        Assert.Equal([2, 4, 1], await Store.IdsAsync(maxRows: 3));
        var rows = await Store.ReadAsync(Here, Noon, 10, CancellationToken.None);
        Assert.Equal([(false, null), (false, null), (true, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), (true, null)], rows.Select(row => (row.IsBackfill, row.TraceParent)));
    }

    [Fact]
    public async Task A_newer_identify_deletes_the_backfilled_one_of_its_user_that_waits_and_nothing_else()
    {
        await Store.WriteAsync(Commit(
            Identify(1, "u1") with { IsBackfill = true }, Row(2, "u1") with { IsBackfill = true }, Identify(3, "u2") with { IsBackfill = true }, Row(4, "u1")));
        Assert.Equal([4, 1, 2, 3], await Store.IdsAsync());

        await Store.WriteAsync(Commit(Identify(5, "u1"), Row(6, "u2")));
        Assert.Equal([4, 5, 6, 2, 3], await Store.IdsAsync());

        await Store.WriteAsync(new OutboxWrite(null, new OutboxCommit([], [Identify(7, "u2") with { IsBackfill = true }]) { Superseded = ["u2"] }));
        Assert.Equal([4, 5, 6, 2, 7], await Store.IdsAsync());
        Assert.Equal(2, await Store.CountBackfillAsync(Here, CancellationToken.None));
        Assert.Equal(0, await Store.CountBackfillAsync("https://other.test", CancellationToken.None));

        static OutboxRow Identify(long id, string user) => Row(id, user) with { EventName = "identify" };
    }

    [Fact]
    public async Task A_state_changes_with_its_commit_or_neither_does()
    {
        Assert.Null(await Store.ReadStateAsync("backfill", CancellationToken.None));
        var (first, second) = (State(0, "one"), State(1, "two"));

        await Store.WriteAsync(Change(first, Row(1)), Commit(Row(2)));
        await Store.WriteAsync(Change(second, Row(3)));

        Assert.False(first.IsRefused || second.IsRefused);
        Assert.Equal((2, "two"), await StateAsync());
        Assert.Equal([1, 2, 3], await Store.IdsAsync());
    }

    [Fact]
    public async Task A_commit_whose_state_another_has_changed_is_refused_and_the_others_are_written()
    {
        await Store.WriteAsync(Change(State(0, "one"), Row(1)));
        await Store.WriteAsync(Change(State(1, "theirs"), Row(2)));
        var late = State(1, "ours");

        await Store.WriteAsync(Change(late, Row(3)), Commit(Row(4)));

        Assert.True(late.IsRefused);
        Assert.Equal((2, "theirs"), await StateAsync());
        Assert.Equal([1, 2, 4], await Store.IdsAsync());
    }

    [Fact]
    public async Task A_commit_with_a_state_that_is_written_again_changes_nothing_also_if_its_rows_are_delivered()
    {
        await Store.WriteAsync(Change(State(0, "one"), Row(1)));
        await Store.CompleteAsync([1], CancellationToken.None);
        var again = State(0, "one");

        await Store.WriteAsync(Change(again, Row(1)));

        Assert.False(again.IsRefused);
        Assert.Equal((1, "one"), await StateAsync());
        Assert.Empty(await Store.IdsAsync());
    }

    [Fact]
    public async Task Rows_with_and_without_intents_keep_the_order_of_their_commit()
    {
        await Store.WriteAsync(Write(Intent(8)), Write(Intent(9, "u2")));
        await Store.WriteAsync(new OutboxWrite(null, new OutboxCommit([8, 9], [Row(1), Row(2, intentId: 8), Row(3), Row(4, "u2", intentId: 9), Row(5, "u2")])), Commit(Row(6)));

        Assert.Equal([1, 2, 3, 4, 5, 6], await Store.IdsAsync());
    }

    [Fact]
    public async Task A_row_is_not_read_before_it_is_due()
    {
        await Store.WriteAsync(Commit(Row(1) with { DueAt = Noon.AddMilliseconds(1) }, Row(2)));

        Assert.Equal([2], await Store.IdsAsync(now: Noon));
        Assert.Equal([1, 2], await Store.IdsAsync(now: Noon.AddMilliseconds(1)));
    }

    [Fact]
    public async Task What_was_captured_for_one_destination_is_not_read_for_another()
    {
        await Store.WriteAsync(Commit(Row(1), Row(2) with { Destination = "https://other.test" }));

        Assert.Equal([1], await Store.IdsAsync());
        Assert.Equal([2], await Store.IdsAsync("https://other.test"));
    }

    [Fact]
    public async Task A_user_with_an_open_intent_is_held_back_and_nobody_else()
    {
        await Store.WriteAsync(Commit(Row(1, "u1"), Row(2, "u2"), Row(3, userId: null)), Write(Intent(9, "u1")));

        Assert.Equal([2, 3], await Store.IdsAsync());

        await Store.WriteAsync(Commit(9, Row(4, "u1", intentId: 9)));
        Assert.Equal([1, 2, 3, 4], await Store.IdsAsync());
    }

    [Fact]
    public async Task A_user_with_two_open_intents_is_held_back_until_the_second_settles()
    {
        await Store.WriteAsync(Write(Intent(8)), Write(Intent(9)), Commit(8, Row(1, intentId: 8)));
        Assert.Empty(await Store.IdsAsync());

        await Store.WriteAsync(Commit(9));
        Assert.Equal([1], await Store.IdsAsync());
    }

    [Fact]
    public async Task Whoever_settles_an_intent_second_inserts_nothing_that_depends_on_it()
    {
        await Store.WriteAsync(Write(Intent(9)));
        await Store.WriteAsync(Commit(9, Row(1, intentId: 9)));
        await Store.WriteAsync(Commit(9, Row(2, intentId: 9), Row(3)));

        Assert.Equal([1, 3], await Store.IdsAsync());
    }

    [Fact]
    public async Task A_row_without_an_intent_is_inserted_beside_an_intent_that_never_was()
    {
        await Store.WriteAsync(Commit(404, Row(1, intentId: 404), Row(2)));

        Assert.Equal([2], await Store.IdsAsync());
    }

    [Fact]
    public async Task A_repeated_write_changes_nothing()
    {
        OutboxWrite[] writes = [Write(Intent(9)), Commit(9, Row(1, intentId: 9), Row(2)), Write(Intent(10, "u2"))];
        await Store.WriteAsync(writes);
        await Store.WriteAsync(writes);

        Assert.Equal([1, 2], await Store.IdsAsync());
        AssertCounts(await StatusAsync(), rows: 2, intents: 1, deadLetters: 0);
    }

    [Fact]
    public async Task A_completed_row_is_gone_and_an_unknown_id_is_no_fault()
    {
        await Store.WriteAsync(Commit(Row(1), Row(2), Row(3)));
        await Store.CompleteAsync([1, 3, 999], CancellationToken.None);

        Assert.Equal([2], await Store.IdsAsync());
    }

    [Fact]
    public async Task The_status_counts_rows_by_destination_intents_and_dead_letters()
    {
        await Store.WriteAsync(
            Commit(Row(1), Row(2), Row(3) with { Destination = "https://other.test" }, Row(4)), Write(Intent(9, "u1")), Write(Intent(10, "u2")));
        await Store.RejectAsync(new DeadLetter(Row(4), "no", Noon), CancellationToken.None);

        var status = await StatusAsync();
        AssertCounts(status, rows: 3, intents: 2, deadLetters: 1);
        Assert.Equal(2, status.RowsByDestination[Here]);
        Assert.Equal(1, status.RowsByDestination["https://other.test"]);
    }

    [Fact]
    public async Task Intents_of_this_process_are_no_orphans()
    {
        await Store.WriteAsync(Write(Intent(9)));

        Assert.Empty(await Store.ReadOrphanedIntentsAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Ids_that_differ_in_case_accent_or_width_are_of_different_people()
    {
        string[] users = ["peter", "PETER", "pet\u00e9r", "\uff50eter", "pete\u0301r"];
        await Store.WriteAsync(Commit([.. users.Select((user, i) => Row(i + 1, user))]), Write(Intent(9, "PETER")));

        Assert.Equal([1, 3, 4, 5], await Store.IdsAsync());
        Assert.Equal(1, await Store.PurgeUserAsync("pet\u00e9r", CancellationToken.None));
        Assert.Equal([1, 4, 5], await Store.IdsAsync());
    }

    [Fact]
    public async Task Destinations_that_differ_in_case_are_different_ones()
    {
        await Store.WriteAsync(Commit(Row(1), Row(2) with { Destination = Here.ToUpperInvariant() }));

        Assert.Equal([1], await Store.IdsAsync());
        Assert.Equal(2, (await Store.Destinations.ReadAsync(CancellationToken.None)).Count);
    }

    [Fact]
    public async Task A_person_is_purged_from_rows_intents_and_dead_letters_and_nobody_else()
    {
        await Store.WriteAsync(Commit(Row(1), Row(2), Row(3, "u2"), Row(4, "u2"), Row(5, userId: null)), Write(Intent(8)), Write(Intent(9, "u2")));
        await Store.RejectAsync(new DeadLetter(Row(2), "no", Noon), CancellationToken.None);
        await Store.RejectAsync(new DeadLetter(Row(4, "u2"), "no", Noon), CancellationToken.None);

        Assert.Equal(3, await Store.PurgeUserAsync("u1", CancellationToken.None));

        Assert.Equal([5], await Store.IdsAsync());
        AssertCounts(await StatusAsync(), rows: 2, intents: 1, deadLetters: 1);
        await Store.WriteAsync(Commit(8, Row(6, intentId: 8)));
        Assert.Equal([5], await Store.IdsAsync());
    }

    [Fact]
    public async Task What_is_held_of_a_person_is_what_erasing_them_deletes()
    {
        await Store.WriteAsync(
            Commit(Row(1), Row(2), Row(3, "u2"), TrialSample.Start(4, TrialSample.Trial("own", 1, groupId: null)), TrialSample.Start(5, TrialSample.Trial("other", 3, userId: "u2"))),
            Write(Intent(8)),
            Write(Intent(9, "u2")));
        await Store.RejectAsync(new DeadLetter(Row(2), "no", Noon), CancellationToken.None);
        await Store.CompleteAsync([4, 5], CancellationToken.None);

        var held = await Store.ReadUserAsync("u1", CancellationToken.None);

        Assert.Equal([1], held.Rows.Select(row => row.Id));
        Assert.Equal([8], held.Intents.Select(intent => intent.Id));
        Assert.Equal([2], held.DeadLetters.Select(letter => letter.Row.Id));
        Assert.Equal(["own"], held.Trials.Select(trial => trial.Key));
        Assert.Empty(held.Unreached);
        Assert.Equal(4, await Store.PurgeUserAsync("u1", CancellationToken.None));
        held = await Store.ReadUserAsync("u1", CancellationToken.None);
        Assert.Equal(0, held.Rows.Count + held.Intents.Count + held.DeadLetters.Count + held.Trials.Count);
    }

    private static StateChange State(long seen, string value) => new("backfill", seen, Encoding.UTF8.GetBytes(value));

    private static OutboxWrite Change(StateChange state, params OutboxRow[] rows) => new(null, new OutboxCommit([], rows) { State = state });

    private async Task<(long Version, string Value)> StateAsync()
    {
        var state = await Store.ReadStateAsync("backfill", CancellationToken.None);
        return (state!.Version, Encoding.UTF8.GetString(state.Value.Span));
    }
}
