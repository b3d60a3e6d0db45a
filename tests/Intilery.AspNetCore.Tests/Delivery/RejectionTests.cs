using System.Net;
using System.Text.RegularExpressions;
using Intilery.AspNetCore.Delivery;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.Logging;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Delivery;

public sealed class RejectionTests
{
    [Fact]
    public async Task Nineteen_bad_events_alone_are_dead_letters()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);

        await app.RecordAsync([.. Enumerable.Range(1, 19).Select(id => BadRow(id))]);
        await app.EmptyAsync();

        await app.AssertLeftAsync(rows: 0, deadLetters: 19);
        Assert.Empty(api.Accepted);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_the_outbox_holds_and_cannot_be_a_call_is_a_dead_letter_and_never_sent(bool isOnDisk)
    {
        using var folder = new ScratchFolder();
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api, new IdentityAppSetup { Settings = isOnDisk ? new() { ["Intilery:Outbox:Path"] = folder.Combine("outbox") } : [] });

        await app.RecordAsync(
            Row(1) with { Payload = default }, Row(2), Row(3) with { Payload = "{"u8.ToArray() }, Row(4) with { EventName = Intilery.AspNetCore.Outbox.Intent.UnreadableName }, Row(5) with { DueAt = DateTimeOffset.MinValue });
        await app.EmptyAsync();

        Assert.Equal(["m2", "m5"], api.Accepted.Select(call => call.MessageId));
        await app.AssertLeftAsync(rows: 0, deadLetters: 3);
        Assert.Contains(app.App.Log.Ours, line => line is { Id: 313, Level: LogLevel.Error });
    }

    [Fact]
    public async Task Where_everything_is_rejected_delivery_pauses_and_nothing_becomes_a_dead_letter()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        var isBroken = true;
        api.AnswerAll((_, _) => isBroken ? HttpStatusCode.BadRequest : null);
        await app.RecordAsync([.. Enumerable.Range(1, 300).Select(id => Row(id, $"u{id % 40}"))]);

        await app.Clock.PassAsync(BatchDelivery.PauseDelay);
        await app.Clock.WaitedForAsync(BatchDelivery.PauseDelay);
        await app.AssertLeftAsync(rows: 300, deadLetters: 0);
        isBroken = false;
        await app.Clock.PassAsync(BatchDelivery.PauseDelay);

        var calls = await api.AcceptedAsync(300);
        await app.App.StopAsync();
        await app.AssertLeftAsync(rows: 0, deadLetters: 0);
        Assert.Equal(300, calls.Select(call => call.MessageId).Distinct().Count());
        AssertOrderPerUser(calls);
        Assert.Contains(app.App.Log.Ours, line => line is { Id: 406, Level: LogLevel.Error } && line.Message.Contains("200 dead letters wait in the outbox again.", StringComparison.Ordinal));
        Assert.Contains(app.App.Log.Ours, line => line is { Id: 403, Level: LogLevel.Error });
    }

    [Fact]
    public async Task While_everything_is_rejected_a_minute_costs_ten_small_requests()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        api.AnswerAll((_, _) => HttpStatusCode.UnprocessableEntity);
        await app.RecordAsync([.. Enumerable.Range(1, 300).Select(id => Row(id, $"u{id}"))]);
        await app.Clock.WaitedForAsync(BatchDelivery.PauseDelay);
        var before = api.Bodies.Count;

        await app.Clock.PassAsync(BatchDelivery.PauseDelay);
        await app.Clock.WaitedForAsync(BatchDelivery.PauseDelay);

        var sent = api.Bodies.Skip(before).ToList();
        Assert.InRange(sent.Count, 2, 10);
        Assert.All(sent, body => Assert.Equal(1, Regex.Count(body, "messageId")));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public async Task A_hundred_bad_events_in_a_row_are_dead_letters_and_the_good_ones_behind_them_arrive(int badUsers)
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        var bad = Enumerable.Range(1, 100).Select(id => BadRow(id, $"bad{id % badUsers}"));
        var good = Enumerable.Range(101, 60).Select(id => Row(id, $"u{id % 7}"));

        await app.RecordAsync([.. bad, .. good]);
        await app.EmptyAsync();

        await app.AssertLeftAsync(rows: 0, deadLetters: 100);
        Assert.Equal(60, api.Accepted.Count);
        AssertOrderPerUser(api.Accepted);
    }

    [Fact]
    public async Task Good_events_behind_bad_ones_of_the_same_user_arrive()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);

        await app.RecordAsync([.. Enumerable.Range(1, 100).Select(id => BadRow(id, "u1")), .. Enumerable.Range(101, 30).Select(id => Row(id, "u1"))]);
        await app.EmptyAsync();

        await app.AssertLeftAsync(rows: 0, deadLetters: 100);
        Assert.Equal(Enumerable.Range(101, 30).Select(id => $"m{id}"), api.Accepted.Select(call => call.MessageId));
    }

    [Fact]
    public async Task Bad_events_of_one_user_alone_wait_until_another_users_event_tells()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        await app.RecordAsync([.. Enumerable.Range(1, 30).Select(id => BadRow(id, "u1"))]);
        await app.Clock.WaitedForAsync(BatchDelivery.PauseDelay);
        await app.AssertLeftAsync(rows: 30, deadLetters: 0);

        await app.RecordAsync([.. Enumerable.Range(31, 5).Select(id => Row(id, $"u{id}"))]);
        await app.Clock.PassAsync(BatchDelivery.PauseDelay);
        await app.EmptyAsync();

        await app.AssertLeftAsync(rows: 0, deadLetters: 30);
        Assert.Equal(5, api.Accepted.Count);
    }

    [Fact]
    public async Task Bad_events_of_one_user_pause_the_others_once_and_never_again()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        await app.RecordAsync([.. Enumerable.Range(1, 30).Select(id => BadRow(id, "u1"))]);
        await app.Clock.WaitedForAsync(BatchDelivery.PauseDelay);
        await app.RecordAsync(Row(31, "u2"));
        await app.Clock.PassAsync(BatchDelivery.PauseDelay);
        await app.EmptyAsync();

        for (var id = 100; id < 400; id += 100)
        {
            await app.RecordAsync([.. Enumerable.Range(id, 50).Select(bad => BadRow(bad, "u1"))]);
            await app.EmptyAsync();
            await app.RecordAsync(Row(id + 50, $"u{id}"));
            await app.EmptyAsync();
        }

        await app.AssertLeftAsync(rows: 0, deadLetters: 180);
        Assert.Equal(["m31", "m150", "m250", "m350"], api.Accepted.Select(call => call.MessageId));
        Assert.Single(app.App.Log.Ours, line => line.Id == 403);
    }

    [Fact]
    public async Task Trouble_while_rejections_are_doubted_puts_them_back()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        var single = 0;
        api.AnswerAll((_, body) => body.Contains("u2", StringComparison.Ordinal) && Regex.Count(body, "messageId") == 1 && single++ == 0
            ? HttpStatusCode.ServiceUnavailable
            : null);
        await app.RecordAsync([.. Enumerable.Range(1, 20).Select(id => BadRow(id, "u1")), Row(21, "u2"), Row(22, "u3"), Row(23, "u1")]);

        await app.Clock.WaitedForAsync(Backoff.First / 2, Backoff.First);
        await app.AssertLeftAsync(rows: 23, deadLetters: 0);
        await app.PassFirstBackoffAsync();
        await app.EmptyAsync();

        // What was put back follows what waited for others, and goes before what its own user did later.
        await app.AssertLeftAsync(rows: 0, deadLetters: 20);
        Assert.Equal(["m21", "m22", "m23"], api.Accepted.Select(call => call.MessageId));
    }

    internal static void AssertOrderPerUser(IReadOnlyList<ReceivedCall> calls) => Assert.All(
        calls.GroupBy(call => call.UserId),
        ofUser => Assert.Equal(ofUser.Select(Number).Order(), ofUser.Select(Number)));

    private static long Number(ReceivedCall call) => long.Parse(call.MessageId![1..], System.Globalization.CultureInfo.InvariantCulture);
}
