using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Memory;
using Intilery.AspNetCore.Tests.Support;
using Intilery.AspNetCore.Trials;
using Moq;

namespace Intilery.AspNetCore.Tests.Trials;

public sealed class TrialClockTests : IDisposable
{
    private static readonly DateTimeOffset _noon = OutboxSample.Noon;

    private readonly ObservedClock _time = new();
    private readonly TrialDesk _desk;

    public TrialClockTests() => _desk = new TrialDesk(new MemoryOutboxStore(10_000), _time);

    [Fact]
    public async Task When_its_end_date_has_come_a_trial_ends_with_its_own_dates_plan_and_time()
    {
        await _desk.RecordAsync(new TrialStarted { TrialStartDate = _noon, TrialEndDate = _noon.AddDays(14), TrialPlanName = "Business" });
        _time.Advance(TimeSpan.FromDays(14) + TimeSpan.FromHours(7));

        await _desk.LookAsync();

        var call = Assert.Single(await _desk.EndedAsync());
        Assert.Equal("2026-03-15T12:00:00.000Z", (string?)call.Call["timestamp"]);
        Payload.Equal(
            """
            {
              "userId": "u1",
              "type": "track",
              "event": "Trial Ended",
              "properties": {
                "trial_start_date": "2026-03-01T12:00:00Z",
                "trial_end_date": "2026-03-15T12:00:00Z",
                "trial_plan_name": "Business"
              },
              "context": {
                "groupId": "acct_1",
                "library": { "name": "Intilery.AspNetCore", "version": "*" },
                "app": { "name": "Shop" }
              },
              "messageId": "*",
              "timestamp": "*"
            }
            """,
            call);
    }

    [Fact]
    public async Task It_sleeps_until_the_next_end_and_no_longer_than_it_may()
    {
        await _desk.RecordAsync(new TrialStarted { TrialEndDate = _noon + TrialClock.LongestSleep + TimeSpan.FromSeconds(30) });
        _desk.Run();

        await _time.PassAsync(TrialClock.LongestSleep);
        Assert.Empty(await _desk.EndedAsync());
        await _time.PassAsync(TimeSpan.FromSeconds(30));
        await _time.WaitedForAsync(TrialClock.LongestSleep);

        Assert.Single(await _desk.EndedAsync());
        await _desk.StopAsync();
    }

    [Fact]
    public async Task A_trial_that_starts_while_it_sleeps_is_not_slept_through()
    {
        _desk.Run();
        await _time.WaitedForAsync(TrialClock.LongestSleep);

        await _desk.RecordAsync(new TrialStarted { TrialEndDate = _noon.AddSeconds(10) });
        await _time.PassAsync(TimeSpan.FromSeconds(10));
        await _time.WaitedForAsync(TrialClock.LongestSleep);

        Assert.Single(await _desk.EndedAsync());
        await _desk.StopAsync();
    }

    [Fact]
    public async Task Time_that_passes_between_its_look_and_its_sleep_is_not_slept_through()
    {
        var store = new ScriptedStore();
        using var desk = new TrialDesk(store, new LateClock(_time));
        await desk.RecordAsync(new TrialStarted { TrialEndDate = _noon.AddSeconds(10) });

        desk.Run();
        var rows = await store.RowsAsync(2);

        Assert.Equal(["Trial Started", "Trial Ended"], rows.Select(row => row.EventName));
        await desk.StopAsync();
    }

    [Fact]
    public async Task What_came_due_while_nothing_ran_is_caught_up_in_the_order_of_the_ends()
    {
        const int Trials = (TrialClock.BatchSize * 2) + 50;
        var offsets = Enumerable.Range(0, Trials).ToArray();
        new Random(4711).Shuffle(offsets);
        foreach (var offset in offsets)
        {
            await _desk.RecordAsync(new TrialStarted { TrialEndDate = _noon.AddMinutes(offset) }, groupId: $"acct_{offset}");
        }

        _time.Advance(TimeSpan.FromDays(30));
        Assert.Equal(TrialClock.LongestSleep, await _desk.LookAsync());

        Assert.Equal(Enumerable.Range(0, Trials).Select(offset => $"acct_{offset}"), (await _desk.EndedAsync()).Select(call => call.GroupId));
    }

    [Fact]
    public async Task A_trial_that_is_started_again_with_a_later_end_is_extended()
    {
        await _desk.RecordAsync(new TrialStarted { TrialEndDate = _noon.AddDays(14), TrialPlanName = "Business" });
        await _desk.RecordAsync(new TrialStarted { TrialEndDate = _noon.AddDays(30) });

        _time.Advance(TimeSpan.FromDays(20));
        await _desk.LookAsync();
        Assert.Equal(["Trial Started"], (await _desk.RecordedAsync()).Select(call => call.Event));

        _time.Advance(TimeSpan.FromDays(10));
        await _desk.LookAsync();
        var properties = Assert.Single(await _desk.EndedAsync()).Call["properties"]!;
        Assert.Equal(("2026-03-31T12:00:00Z", "Business"), ((string?)properties["trial_end_date"], (string?)properties["trial_plan_name"]));
    }

    [Fact]
    public async Task A_trial_that_is_converted_ends_then_with_its_own_dates_and_not_again()
    {
        await _desk.RecordAsync(new TrialStarted { TrialId = "sub_1", TrialStartDate = _noon, TrialEndDate = _noon.AddDays(14), TrialPlanName = "Business" });
        await _desk.RecordAsync(new TrialEnded { TrialId = "sub_1" }, userId: "u2", groupId: null);
        _time.Advance(TimeSpan.FromDays(30));
        await _desk.LookAsync();

        var call = Assert.Single(await _desk.EndedAsync());
        Assert.Equal(("u1", "acct_1"), (call.UserId, call.GroupId));
        Assert.Equal(
            """{"trial_start_date":"2026-03-01T12:00:00Z","trial_end_date":"2026-03-15T12:00:00Z","trial_plan_name":"Business"}""",
            call.Call["properties"]!.ToJsonString());
    }

    [Fact]
    public async Task Trials_of_one_account_are_told_apart_by_their_ids()
    {
        await _desk.RecordAsync(new TrialStarted { TrialId = "sub_1", TrialEndDate = _noon.AddDays(1) });
        await _desk.RecordAsync(new TrialStarted { TrialId = "sub_2", TrialEndDate = _noon.AddDays(2) });
        await _desk.RecordAsync(new TrialStarted { TrialEndDate = _noon.AddDays(3) });
        _time.Advance(TimeSpan.FromDays(3));
        await _desk.LookAsync();

        var ended = await _desk.EndedAsync();
        Assert.Equal(3, ended.Count);
        Assert.Equal(3, ended.DistinctBy(call => call.MessageId).Count());
    }

    [Fact]
    public async Task A_trial_that_starts_anew_after_its_end_ends_anew()
    {
        await _desk.RecordAsync(new TrialStarted { TrialEndDate = _noon.AddDays(1) });
        _time.Advance(TimeSpan.FromDays(1));
        await _desk.LookAsync();
        await _desk.RecordAsync(new TrialStarted { TrialEndDate = _noon.AddDays(2) });
        _time.Advance(TimeSpan.FromDays(1));
        await _desk.LookAsync();

        Assert.Equal(["Trial Started", "Trial Ended", "Trial Started", "Trial Ended"], (await _desk.RecordedAsync()).Select(call => call.Event));
        Assert.Equal(2, (await _desk.EndedAsync()).DistinctBy(call => call.MessageId).Count());
    }

    [Fact]
    public async Task Whoever_does_not_hold_the_lease_on_delivery_ends_nothing()
    {
        var lease = new Mock<IDeliveryLease>();
        using var desk = new TrialDesk(new MemoryOutboxStore(100), _time, lease.Object);
        await desk.RecordAsync(new TrialStarted { TrialEndDate = _noon });

        desk.Run();
        await _time.PassAsync(TrialClock.LongestSleep);
        await _time.WaitedForAsync(TrialClock.LongestSleep);

        Assert.Empty(await desk.EndedAsync());
        await desk.StopAsync();
    }

    [Fact]
    public async Task A_tombstone_is_kept_for_400_days()
    {
        await _desk.RecordAsync(new TrialEnded());
        _time.Advance(TimeSpan.FromDays(400));
        _desk.Run();
        await _time.WaitedForAsync(TrialClock.LongestSleep);
        await _desk.RecordAsync(new TrialEnded());
        Assert.Single(await _desk.EndedAsync());
        await _desk.StopAsync();

        _time.Advance(TimeSpan.FromMilliseconds(1));
        using var restarted = new TrialDesk(_desk.Store, _time);
        restarted.Run();
        await _time.WaitedForAsync(TrialClock.LongestSleep);
        await restarted.StopAsync();
        await restarted.RecordAsync(new TrialEnded());
        Assert.Equal(2, (await restarted.EndedAsync()).Count);
    }

    [Fact]
    public async Task A_trial_whose_end_the_store_refuses_for_good_holds_up_no_other()
    {
        using var store = new RefusingStore("acct_2");
        using var desk = new TrialDesk(store, _time);
        foreach (var account in (string[])["acct_1", "acct_2", "acct_3"])
        {
            await desk.RecordAsync(new TrialStarted { TrialEndDate = _time.GetUtcNow().AddDays(1), GroupId = account }, groupId: account);
        }

        _time.Advance(TimeSpan.FromDays(2));
        await desk.LookAsync();

        Assert.Equal(["acct_1", "acct_3"], (await desk.EndedAsync()).Select(call => call.GroupId));
        var letter = Assert.Single(await store.ReadDeadLettersAsync(0, 10, CancellationToken.None));
        Assert.Equal("Trial Ended", letter.Row.EventName);
        Assert.Contains(desk.Log.All, line => line.Id == 310);
    }

    [Fact]
    public async Task A_store_that_fails_is_tried_again()
    {
        var store = new ScriptedStore();
        using var desk = new TrialDesk(store, _time);
        await desk.RecordAsync(new TrialStarted { TrialEndDate = _noon });
        store.BeforeWriting(_ => throw new IOException("away"));
        desk.Run();
        await _time.WaitedForAsync(TrialClock.LongestSleep);
        Assert.Empty(await desk.EndedAsync());

        store.BeforeWriting(_ => Task.CompletedTask);
        await _time.PassAsync(TrialClock.LongestSleep);
        await _time.WaitedForAsync(TrialClock.LongestSleep);

        Assert.Single(await desk.EndedAsync());
        await desk.StopAsync();
    }

    public void Dispose() => _desk.Dispose();

    /// <summary>
    /// A clock that jumps past everything just before an alarm is set, which then goes off as much too late: the second one, for of the
    /// first the trial's start wakes.
    /// </summary>
    private sealed class LateClock(ObservedClock inner) : TimeProvider
    {
        private int _alarms;

        public override long TimestampFrequency => inner.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow();

        public override long GetTimestamp() => inner.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (++_alarms == 2)
            {
                inner.Advance(TimeSpan.FromDays(1));
            }

            return inner.CreateTimer(callback, state, dueTime, period);
        }
    }
}
