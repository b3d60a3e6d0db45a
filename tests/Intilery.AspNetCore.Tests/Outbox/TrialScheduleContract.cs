using System.Text;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;
using static Intilery.AspNetCore.Tests.Support.TrialSample;

namespace Intilery.AspNetCore.Tests.Outbox;

/// <summary>What the schedule of trials in every store must do.</summary>
public abstract class TrialScheduleContract : StoreContract
{
    [Fact]
    public async Task A_trial_is_scheduled_as_it_was_started()
    {
        var trial = Trial(groupId: null);
        await Store.WriteAsync(Commit(Start(1, trial)));

        var scheduled = Assert.Single(await Store.NextAsync());
        Assert.Equal(trial with { Generation = 1, Version = 1 }, scheduled);
        Assert.Equal([1], await Store.IdsAsync());
    }

    [Fact]
    public async Task Trials_come_up_in_the_order_of_their_ends_and_those_without_an_end_never()
    {
        await Store.WriteAsync(Commit(
            Start(1, Trial("a", 3)), Start(2, Trial("b", 1)), Start(3, Trial("c") with { EndDate = null }), Start(4, Trial("d", 2))));

        Assert.Equal(["b", "d", "a"], (await Store.NextAsync()).Select(trial => trial.Key));
        Assert.Equal(["b", "d"], (await Store.NextAsync(2)).Select(trial => trial.Key));
    }

    [Fact]
    public async Task Keys_that_differ_in_case_or_accent_are_different_trials_and_accounts()
    {
        await Store.WriteAsync(Commit(
            Start(1, Trial("trial:a", 1, groupId: "acme")), Start(2, Trial("trial:A", 2, groupId: "ACME")), Start(3, Trial("trial:\u00e1", 3, groupId: "\u00e1cme"))));
        await Store.WriteAsync(Commit(OfAccount(End(4, Trial("account:ACME", groupId: "ACME")))));

        Assert.Equal(["trial:a", "trial:\u00e1"], (await Store.NextAsync()).Select(trial => trial.Key));
    }

    [Fact]
    public async Task A_trial_that_is_open_does_not_start_again()
    {
        var again = Commit(Start(2, Trial()));
        await Store.WriteAsync(Commit(Start(1, Trial())));
        await Store.WriteAsync(again);

        Assert.Equal([1], await Store.IdsAsync());
        Assert.Equal("duplicate", again.Commit!.Rows[0].Trial!.Refusal);
        Assert.Equal(1, Assert.Single(await Store.NextAsync()).Version);
    }

    [Fact]
    public async Task Started_again_with_another_end_it_is_moved_and_what_is_not_said_stays()
    {
        await Store.WriteAsync(Commit(Start(1, Trial())));
        await Store.WriteAsync(Commit(Start(2, Trial(endsInDays: 30, userId: "u2") with { StartDate = Noon.AddDays(1), PlanName = null })));

        Assert.Equal([1], await Store.IdsAsync());
        Assert.Equal(Trial(endsInDays: 30) with { Generation = 1, Version = 2 }, Assert.Single(await Store.NextAsync()));
    }

    [Fact]
    public async Task A_trial_that_the_application_ends_is_off_the_clock_and_does_not_end_again()
    {
        await Store.WriteAsync(Commit(Start(1, Trial())));
        await Store.WriteAsync(Commit(End(2, Trial())));
        await Store.WriteAsync(Commit(End(3, Trial())));

        Assert.Equal([1, 2], await Store.IdsAsync());
        Assert.Empty(await Store.NextAsync());
    }

    [Fact]
    public async Task An_end_takes_from_the_schedule_what_its_reporter_did_not_say()
    {
        await Store.WriteAsync(Commit(Start(1, Trial())));
        await Store.WriteAsync(Commit(End(2, Trial() with { PlanName = null }, (row, known) => row with { Payload = Encoding.UTF8.GetBytes(known!.PlanName!) })));

        var rows = await Store.ReadAsync(Here, Noon, 10, CancellationToken.None);
        Assert.Equal("Business", Encoding.UTF8.GetString(rows[1].Payload.Span));
    }

    [Fact]
    public async Task The_end_of_a_trial_whose_start_nobody_saw_is_recorded_once()
    {
        await Store.WriteAsync(Commit(End(1, Trial())));
        await Store.WriteAsync(Commit(End(2, Trial())));

        Assert.Equal([1], await Store.IdsAsync());
        Assert.Empty(await Store.NextAsync());
    }

    [Fact]
    public async Task What_names_the_account_alone_means_its_one_open_trial()
    {
        await Store.WriteAsync(Commit(Start(1, Trial("trial:7")), Start(2, Trial("trial:8", groupId: "acct_2"))));
        await Store.WriteAsync(Commit(OfAccount(Start(3, Trial("account:acct_1", 30)))));
        Assert.Equal([("trial:8", 14), ("trial:7", 30)], (await Store.NextAsync()).Select(trial => (trial.Key, (trial.EndDate - Noon)!.Value.Days)));

        await Store.WriteAsync(Commit(OfAccount(End(4, Trial("account:acct_1")))), Commit(End(5, Trial("trial:7"))));
        Assert.Equal([1, 2, 4], await Store.IdsAsync());
        Assert.Equal("trial:8", Assert.Single(await Store.NextAsync()).Key);
    }

    [Fact]
    public async Task The_account_alone_means_its_last_trial_that_has_ended_too()
    {
        await Store.WriteAsync(Commit(Start(1, Trial("trial:7"))));
        await Store.WriteAsync(Commit(Expire(2, Assert.Single(await Store.NextAsync()))));
        var again = Commit(OfAccount(End(3, Trial("account:acct_1"))));
        await Store.WriteAsync(again);

        Assert.Equal([1, 2], await Store.IdsAsync());
        Assert.Equal("duplicate", again.Commit!.Rows[0].Trial!.Refusal);

        // What starts after it is another one, and its end is news.
        await Store.WriteAsync(Commit(OfAccount(Start(4, Trial("account:acct_1")))));
        await Store.WriteAsync(Commit(OfAccount(End(5, Trial("account:acct_1")))));
        Assert.Equal([1, 2, 4, 5], await Store.IdsAsync());
    }

    [Fact]
    public async Task A_row_that_runs_is_the_trial_that_was_started_by_the_account_alone()
    {
        await Store.WriteAsync(Commit(OfAccount(Start(1, Trial("account:acct_1")))));
        await Store.WriteAsync(Move(2, Trial("trial:7", 30)));

        Assert.Equal([("account:acct_1", 30)], (await Store.NextAsync()).Select(trial => (trial.Key, (trial.EndDate - Noon)!.Value.Days)));
    }

    [Fact]
    public async Task A_trial_that_is_due_is_corrected_as_it_was_read_and_may_have_no_end_any_more()
    {
        await Store.WriteAsync(Commit(Start(1, Trial("a")), Start(2, Trial("b"))));
        var read = await Store.NextAsync();
        await Store.WriteAsync(Move(3, Trial("b", 20)));
        await Store.WriteAsync(Correct(4, read[0] with { EndDate = null }), Correct(5, read[1] with { EndDate = null }));

        Assert.Equal([("b", 20)], (await Store.NextAsync()).Select(trial => (trial.Key, (trial.EndDate - Noon)!.Value.Days)));
        Assert.Equal([1, 2], await Store.IdsAsync());
    }

    [Fact]
    public async Task Of_several_open_trials_the_account_alone_means_none()
    {
        await Store.WriteAsync(Commit(Start(1, Trial("trial:7")), Start(2, Trial("trial:8")), OfAccount(Start(3, Trial("account:acct_1")))));

        Assert.Equal(3, (await Store.NextAsync()).Count);
    }

    [Fact]
    public async Task After_its_end_the_same_key_is_another_trial()
    {
        await Store.WriteAsync(Commit(Start(1, Trial())), Commit(End(2, Trial())));
        await Store.WriteAsync(Commit(Start(3, Trial(endsInDays: 40))));

        Assert.Equal([1, 2, 3], await Store.IdsAsync());
        Assert.Equal(Trial(endsInDays: 40) with { Generation = 3, Version = 3 }, Assert.Single(await Store.NextAsync()));
    }

    [Fact]
    public async Task The_clock_ends_a_trial_once()
    {
        await Store.WriteAsync(Commit(Start(1, Trial())));
        var read = Assert.Single(await Store.NextAsync());
        var second = Commit(Expire(3, read));
        await Store.WriteAsync(Commit(Expire(2, read)));
        await Store.WriteAsync(second);
        await Store.WriteAsync(Commit(End(4, Trial())));

        Assert.Equal([1, 2], await Store.IdsAsync());
        Assert.Equal("duplicate", second.Commit!.Rows[0].Trial!.Refusal);
        Assert.Empty(await Store.NextAsync());
    }

    [Fact]
    public async Task A_trial_that_was_moved_after_the_clock_has_read_it_is_not_ended()
    {
        await Store.WriteAsync(Commit(Start(1, Trial())));
        var read = Assert.Single(await Store.NextAsync());
        await Store.WriteAsync(Move(2, Trial(endsInDays: 30)));
        await Store.WriteAsync(Commit(Expire(3, read)));

        Assert.Equal([1], await Store.IdsAsync());
        Assert.Equal(Noon.AddDays(30), Assert.Single(await Store.NextAsync()).EndDate);
    }

    [Fact]
    public async Task A_move_opens_what_began_before_anybody_looked_and_does_not_open_what_has_ended()
    {
        await Store.WriteAsync(Commit(End(1, Trial("ended"))));
        await Store.WriteAsync(Move(2, Trial("ended")), Move(3, Trial("unknown")));

        Assert.Equal("unknown", Assert.Single(await Store.NextAsync()).Key);
        Assert.Equal([1], await Store.IdsAsync());
    }

    [Fact]
    public async Task What_was_settled_by_somebody_else_changes_no_trial()
    {
        await Store.WriteAsync(Write(Intent(9)));
        await Store.WriteAsync(Commit(9, Start(1, Trial("a"), intentId: 9)));
        await Store.WriteAsync(Commit(9, Start(2, Trial("b"), intentId: 9)), Move(3, Trial("c"), intentId: 9));

        Assert.Equal(["a"], (await Store.NextAsync()).Select(trial => trial.Key));
        Assert.Equal([1], await Store.IdsAsync());
    }

    [Fact]
    public async Task A_repeated_write_changes_no_trial()
    {
        OutboxWrite[] writes = [Commit(Start(1, Trial())), Move(2, Trial(endsInDays: 20)), Commit(End(3, Trial())), Commit(End(4, Trial("other")))];
        await Store.WriteAsync(writes);
        await Store.WriteAsync(writes);

        Assert.Equal([1, 3, 4], await Store.IdsAsync());
        Assert.Empty(await Store.NextAsync());
    }

    [Fact]
    public async Task Tombstones_are_purged_by_their_age_and_open_trials_are_not()
    {
        var now = new RowIdSequence(TimeProvider.System);
        var (ended, restarted) = (now.Next(), now.Next());
        await Store.WriteAsync(Commit(Start(1, Trial("a")), Start(2, Trial("b")), End(ended, Trial("a"))));

        Assert.Equal(0, await Store.Trials.PurgeEndedAsync(RowIdSequence.TimeOf(ended), CancellationToken.None));
        Assert.Equal(1, await Store.Trials.PurgeEndedAsync(RowIdSequence.TimeOf(ended).AddMilliseconds(1), CancellationToken.None));

        // Forgotten, its end is news again.
        await Store.WriteAsync(Commit(End(restarted, Trial("a"))));
        Assert.Equal([1, 2, ended, restarted], await Store.IdsAsync());
        Assert.Equal("b", Assert.Single(await Store.NextAsync()).Key);
    }

    [Fact]
    public async Task A_person_is_erased_from_the_schedule_and_the_trial_of_their_account_goes_on_as_nobody_s()
    {
        await Store.WriteAsync(Commit(
            Start(1, Trial("own", 1, groupId: null)), Start(2, Trial("account", 2)), Start(3, Trial("other", 3, userId: "u2"))));
        await Store.CompleteAsync([1, 2, 3], CancellationToken.None);
        var read = await Store.NextAsync();

        Assert.Equal(2, await Store.PurgeUserAsync("u1", CancellationToken.None));

        Assert.Equal([("account", null), ("other", "u2")], (await Store.NextAsync()).Select(trial => (trial.Key, trial.UserId)));

        // Nor does a clock that had read the name before write it down again.
        await Store.WriteAsync(Commit(Expire(4, read[0]), Expire(5, read[1])));
        Assert.Empty(await Store.IdsAsync());
    }

    [Fact]
    public async Task A_dead_letter_of_a_trial_opens_it_all_the_same()
    {
        await Store.WriteAsync(new OutboxWrite(null, new OutboxCommit([], []) { DeadLetters = [new DeadLetter(Start(1, Trial()), "too large", Noon)] }));

        Assert.Single(await Store.NextAsync());
        Assert.Single(await Store.ReadDeadLettersAsync(0, 10, CancellationToken.None));
    }
}
