using Intilery.AspNetCore.Delivery;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Commands;

public sealed class OutboxOperationsTests
{
    private const string Former = "https://tracking.test/track/former/former/FORMER";

    private static readonly IntileryOtherDestination _other = new() { Address = Former, Events = 1, RunningTrials = 0 };

    [Fact]
    public async Task What_waits_is_listed_of_a_user_or_of_all()
    {
        await using var api = await TrackingApi.StartAsync();
        api.AnswerAll((_, _) => System.Net.HttpStatusCode.ServiceUnavailable);
        await using var app = await DeliveringApp.StartAsync(api, new() { Settings = new() { ["Intilery:Delivery:ShutdownTimeout"] = "00:00:00" } });
        await app.RecordAsync(Row(1), Row(2, "u2"), Row(3));
        var outbox = Outbox(app.App);

        Assert.Equal([1, 2, 3], (await outbox.ListWaitingAsync(cancellationToken: TestContext.Current.CancellationToken)).Select(waiting => waiting.Id));
        Assert.Equal([3], (await outbox.ListWaitingAsync("u1", 10, 1, TestContext.Current.CancellationToken)).Select(waiting => waiting.Id));
        Assert.Equal(
            new IntileryWaitingEvent
            {
                Id = 2, EventName = "Signed In", UserId = "u2", Address = $"{api.BaseAddress}/track/acme/acme/ACME", RecordedAt = RowIdSequence.TimeOf(2), Json = Payload(2, "u2"),
            },
            Assert.Single(await outbox.ListWaitingAsync("u2", cancellationToken: TestContext.Current.CancellationToken)));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => outbox.ListWaitingAsync(null, 0, 0, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Dead_letters_are_listed_with_the_apis_reason()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        await app.RecordAsync(BadRow(1), BadRow(2, "u2"), Row(3));
        await app.EmptyAsync();
        var outbox = Outbox(app.App);

        var all = await outbox.ListDeadLettersAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(
            [
                new IntileryDeadLetter
                {
                    Id = 1,
                    EventName = "Signed In",
                    UserId = "u1",
                    Reason = "userId must not be empty",
                    RejectedAt = app.Clock.GetUtcNow(),
                    Json = """{"type":"track","event":"Signed In","userId":"","messageId":"m1"}""",
                },
            ],
            all.Take(1));
        Assert.Equal([2], (await outbox.ListDeadLettersAsync(10, 1, TestContext.Current.CancellationToken)).Select(letter => letter.Id));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => outbox.ListDeadLettersAsync(0, 0, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_dead_letter_that_is_retried_is_delivered_at_once_with_the_same_message_id()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        api.AnswerNext(System.Net.HttpStatusCode.BadRequest);
        await app.RecordAsync(1);
        await app.EmptyAsync();
        var outbox = Outbox(app.App);
        var letter = Assert.Single(await outbox.ListDeadLettersAsync(cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(1, await outbox.RetryDeadLettersAsync([letter.Id, 404], TestContext.Current.CancellationToken));

        Assert.Equal(["m1"], (await api.AcceptedAsync(1)).Select(call => call.MessageId));
        await app.EmptyAsync();
        await app.AssertLeftAsync(rows: 0, deadLetters: 0);
    }

    [Fact]
    public async Task A_purged_dead_letter_is_gone()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        await app.RecordAsync(BadRow(1), BadRow(2));
        await app.EmptyAsync();

        Assert.Equal(1, await Outbox(app.App).PurgeDeadLettersAsync([1], TestContext.Current.CancellationToken));

        await app.AssertLeftAsync(rows: 0, deadLetters: 1);
    }

    [Fact]
    public async Task A_person_is_erased_from_what_waits_and_nobody_else()
    {
        await using var app = await IdentityApp.StartAsync();
        var (peter, mary) = (await app.CreateUserAsync(), await app.CreateUserAsync("mary@example.com"));
        using var petersBrowser = app.OpenBrowser();
        using var marysBrowser = app.OpenBrowser();
        await IdentityApp.SignInAsync(petersBrowser);
        await IdentityApp.SignInAsync(marysBrowser, "mary@example.com");

        Assert.Equal(2, await Outbox(app).PurgeUserAsync(peter, TestContext.Current.CancellationToken));

        Assert.All(await app.RecordedAsync(), call => Assert.Equal(mary, call.UserId));
        await Assert.ThrowsAsync<ArgumentException>(() => Outbox(app).PurgeUserAsync(string.Empty, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_person_is_erased_from_the_outbox_also_where_a_spill_file_cannot_be_reached_and_from_the_others()
    {
        using var folder = new ScratchFolder();
        await using var app = await IdentityApp.StartAsync(new() { Settings = new() { ["Intilery:Outbox:SpillPath"] = folder.Path } });
        var peter = await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await IdentityApp.SignInAsync(browser);
        var damaged = folder.Combine("events-1.spill");
        await File.WriteAllTextAsync(damaged, "something else", TestContext.Current.CancellationToken);

        var fault = await Assert.ThrowsAsync<IOException>(() => Outbox(app).PurgeUserAsync(peter, TestContext.Current.CancellationToken));

        Assert.Contains(damaged, fault.Message, StringComparison.Ordinal);
        Assert.Empty(await app.RecordedAsync());
        Assert.StartsWith(damaged, Assert.Single((await Outbox(app).ExportUserAsync(peter, TestContext.Current.CancellationToken)).Unreached), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_held_of_a_person_is_exported_and_of_nobody_else()
    {
        await using var app = await IdentityApp.StartAsync();
        var (peter, _) = (await app.CreateUserAsync(), await app.CreateUserAsync("mary@example.com"));
        using var petersBrowser = app.OpenBrowser();
        using var marysBrowser = app.OpenBrowser();
        await IdentityApp.SignInAsync(petersBrowser);
        await IdentityApp.SignInAsync(marysBrowser, "mary@example.com");

        var export = await Outbox(app).ExportUserAsync(peter, TestContext.Current.CancellationToken);

        Assert.Equal([(peter, "identify"), (peter, "Signed In")], export.Waiting.Select(waiting => (waiting.UserId!, waiting.EventName)));
        Assert.Empty((await Outbox(app).ExportUserAsync("nobody", TestContext.Current.CancellationToken)).Waiting);
        await Assert.ThrowsAsync<ArgumentException>(() => Outbox(app).ExportUserAsync(string.Empty, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Whoever_was_erased_and_comes_back_is_identified_anew()
    {
        await using var app = await IdentityApp.StartAsync();
        var peter = await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await IdentityApp.SignInAsync(browser);
        Assert.Equal(["identify", "Signed In"], (await app.RecordedAsync()).Select(call => call.Event));

        await Outbox(app).PurgeUserAsync(peter, TestContext.Current.CancellationToken);
        await IdentityApp.SignInAsync(browser);

        Assert.Equal(["identify", "Signed In"], (await app.RecordedAsync()).Select(call => call.Event));
    }

    [Fact]
    public async Task A_dead_letter_is_swept_when_its_retention_is_over()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api, new IdentityAppSetup { Settings = { ["Intilery:Outbox:DeadLetterRetention"] = "02:30:00" } });
        await app.RecordAsync(BadRow(1));
        await app.EmptyAsync();

        await app.Clock.PassAsync(DeadLetterRetention.Interval);
        await app.Clock.PassAsync(DeadLetterRetention.Interval);
        await app.Clock.WaitedForAsync(DeadLetterRetention.Interval);
        await app.AssertLeftAsync(rows: 0, deadLetters: 1);
        await app.Clock.PassAsync(DeadLetterRetention.Interval);
        await app.Clock.WaitedForAsync(DeadLetterRetention.Interval);

        await app.AssertLeftAsync(rows: 0, deadLetters: 0);
        Assert.Single(app.App.Log.Ours, line => line.Id == 307);
    }

    [Fact]
    public async Task What_waits_for_a_former_destination_is_listed_and_delivered_once_it_is_redirected()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        await app.App.Services.GetRequiredService<IOutboxStore>().WriteAsync(Commit(Row(1) with { Destination = Former }, Row(2, "u2") with { Destination = Former }));
        var outbox = Outbox(app.App);

        var other = Assert.Single(await outbox.ListOtherDestinationsAsync(TestContext.Current.CancellationToken));
        Assert.Equal(new IntileryOtherDestination { Address = Former, Events = 2, RunningTrials = 0 }, other);
        Assert.False(await outbox.RedirectDestinationAsync(other with { Events = 1 }, TestContext.Current.CancellationToken));
        Assert.Empty(api.Requests);
        Assert.True(await outbox.RedirectDestinationAsync(other, TestContext.Current.CancellationToken));

        Assert.Equal(["m1", "m2"], (await api.AcceptedAsync(2)).Select(call => call.MessageId));
        Assert.Empty(await outbox.ListOtherDestinationsAsync(TestContext.Current.CancellationToken));
        Assert.Equal(
            $"What waited for {Former} was redirected to the configured destination. Events: 2. Running trials: 0.",
            Assert.Single(app.App.Log.Ours, line => line.Id == 308).Message);
    }

    [Fact]
    public async Task What_waits_for_a_former_destination_is_purged_and_the_configured_one_never_is()
    {
        await using var app = await IdentityApp.StartAsync();
        var store = app.Services.GetRequiredService<IOutboxStore>();
        var configured = app.Services.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue.Destination;
        await store.WriteAsync(Commit(Row(1) with { Destination = Former }, Row(2) with { Destination = configured }));
        var outbox = Outbox(app);

        var other = Assert.Single(await outbox.ListOtherDestinationsAsync(TestContext.Current.CancellationToken));
        Assert.True(await outbox.PurgeDestinationAsync(other, TestContext.Current.CancellationToken));
        Assert.False(await outbox.PurgeDestinationAsync(other, TestContext.Current.CancellationToken));
        Assert.False(await outbox.PurgeDestinationAsync(other with { Address = configured, Events = 1 }, TestContext.Current.CancellationToken));

        Assert.Equal([2], await store.IdsAsync(configured));
        Assert.Single(app.Log.Ours, line => line.Id == 309);
        await Assert.ThrowsAsync<ArgumentNullException>(() => outbox.PurgeDestinationAsync(null!, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("Intilery:CaptureOnly", "true")]
    [InlineData("Intilery:Enabled", "false")]
    public async Task Where_nothing_is_kept_nothing_is_found_and_no_outbox_is_opened(string key, string value)
    {
        using var scratch = new ScratchFolder();
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup { Settings = { [key] = value, ["Intilery:Outbox:Path"] = scratch.Combine("outbox") } });
        var outbox = Outbox(app);

        Assert.Empty(await outbox.ListDeadLettersAsync(cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(0, await outbox.RetryDeadLettersAsync([1], TestContext.Current.CancellationToken));
        Assert.Equal(0, await outbox.PurgeDeadLettersAsync([1], TestContext.Current.CancellationToken));
        Assert.Empty(await outbox.ListOtherDestinationsAsync(TestContext.Current.CancellationToken));
        Assert.False(await outbox.RedirectDestinationAsync(_other, TestContext.Current.CancellationToken));
        Assert.False(await outbox.PurgeDestinationAsync(_other, TestContext.Current.CancellationToken));
        Assert.Equal(0, await outbox.PurgeUserAsync("u1", TestContext.Current.CancellationToken));
        Assert.Equal(FlushOutcome.NotDelivering, await outbox.FlushAsync(TestContext.Current.CancellationToken));
        Assert.False(Directory.Exists(scratch.Combine("outbox")));
    }

    private static IIntileryOutbox Outbox(IdentityApp app) => app.Services.GetRequiredService<IIntileryOutbox>();
}
