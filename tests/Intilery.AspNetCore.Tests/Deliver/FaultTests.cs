using System.Globalization;
using System.Net;
using System.Text;
using Intilery.AspNetCore.Deliver;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Deliver;

/// <summary>
/// The faults that events must outlive, each on the embedded outbox: nothing is lost but bad events, which are dead letters,
/// nothing arrives twice but what was in flight when an answer was lost, and each user's events arrive in order.
/// </summary>
public sealed class FaultTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    [Fact]
    public async Task Twenty_thousand_events_into_an_outage_of_ten_seconds()
    {
        var port = ClosedPort.Next();
        await using var app = await StartAsync($"http://127.0.0.1:{port}");
        var rows = Rows(20_000, users: 500);
        foreach (var request in rows.Chunk(500))
        {
            await app.RecordAsync(request);
        }

        var start = app.Clock.GetUtcNow();
        while (app.Clock.GetUtcNow() - start < TimeSpan.FromSeconds(10))
        {
            await app.Clock.PassAsync(Backoff.First / 2, TimeSpan.FromSeconds(16));
        }

        await using var api = await TrackingApi.StartAsync(port);
        await app.PassUntilEmptyAsync();

        AssertEachOnce(rows, api.Accepted);
        await app.AssertLeftAsync(rows: 0, deadLetters: 0);
    }

    [Fact]
    public async Task Twenty_five_seconds_of_internal_errors()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await StartAsync(api.BaseAddress);
        var end = app.Clock.GetUtcNow().AddSeconds(25);
        api.AnswerAll((_, _) => app.Clock.GetUtcNow() < end ? HttpStatusCode.InternalServerError : null);
        var rows = Rows(200);

        await app.RecordAsync(rows);
        await app.PassUntilEmptyAsync();

        AssertEachOnce(rows, api.Accepted);
        await app.AssertLeftAsync(rows: 0, deadLetters: 0);
        Assert.InRange(api.Bodies.Count, 6, 12);
    }

    [Fact]
    public async Task Three_times_too_many_requests()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await StartAsync(api.BaseAddress);
        for (var i = 0; i < 3; i++)
        {
            api.AnswerNext(HttpStatusCode.TooManyRequests, headers: headers => headers.RetryAfter = "3");
        }

        var start = app.Clock.GetUtcNow();
        var rows = Rows(200);
        await app.RecordAsync(rows);
        for (var i = 0; i < 3; i++)
        {
            await app.Clock.PassAsync(TimeSpan.FromSeconds(3));
        }

        await app.EmptyAsync();
        AssertEachOnce(rows, api.Accepted);
        Assert.Equal(TimeSpan.FromSeconds(9), app.Clock.GetUtcNow() - start);
        Assert.Equal(4, api.Bodies.Count);
    }

    [Theory]
    [InlineData(HttpStatusCode.BadGateway)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.GatewayTimeout)]
    public async Task Every_other_request_meets_upstream_trouble(HttpStatusCode status)
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await StartAsync(api.BaseAddress);
        var requests = 0;
        api.AnswerAll((_, _) => requests++ % 2 == 0 ? status : null);
        var rows = Rows(3000);

        await app.RecordAsync(rows);
        await app.PassUntilEmptyAsync();

        AssertEachOnce(rows, api.Accepted);
        await app.AssertLeftAsync(rows: 0, deadLetters: 0);
    }

    [Fact]
    public async Task Connections_that_are_reset_before_anything_is_accepted()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await StartAsync(api.BaseAddress);
        for (var i = 0; i < 5; i++)
        {
            api.AnswerNext(context =>
            {
                context.Abort();
                return Task.CompletedTask;
            });
        }

        var rows = Rows(2500);
        await app.RecordAsync(rows);
        await app.PassUntilEmptyAsync();

        AssertEachOnce(rows, api.Accepted);
    }

    [Fact]
    public async Task An_answer_that_is_lost_after_the_acceptance_repeats_that_batch_and_no_other()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await StartAsync(api.BaseAddress);
        api.AnswerNext(HttpStatusCode.ServiceUnavailable);
        api.LoseNextAnswer();
        var rows = Rows(2500);

        await app.RecordAsync(rows);
        await app.PassUntilEmptyAsync();

        var inFlight = api.Accepted.Take(1000).Select(call => call.MessageId).ToList();
        Assert.Equal(inFlight, api.Accepted.Skip(1000).Take(1000).Select(call => call.MessageId));
        AssertEachOnce(rows, [.. api.Accepted.Skip(1000)]);
        await app.AssertLeftAsync(rows: 0, deadLetters: 0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(77)]
    [InlineData(199)]
    public async Task One_bad_event_among_two_hundred(int place)
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await StartAsync(api.BaseAddress);
        var rows = Rows(200);
        var bad = rows[place];
        rows[place] = bad with { Payload = BadRow(bad.Id).Payload };

        await app.RecordAsync(rows);
        await app.EmptyAsync();

        AssertEachOnce([.. rows.Where(row => row.Id != bad.Id)], api.Accepted);
        await app.AssertLeftAsync(rows: 0, deadLetters: 1);
        Assert.InRange(api.Bodies.Count, 2, 17);
    }

    [Fact]
    public async Task A_hundred_bad_events_in_a_row()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await StartAsync(api.BaseAddress);
        var rows = Rows(1000, users: 50);
        for (var i = 300; i < 400; i++)
        {
            rows[i] = rows[i] with { Payload = BadRow(rows[i].Id).Payload };
        }

        await app.RecordAsync(rows);
        await app.PassUntilEmptyAsync();

        AssertEachOnce([.. rows[..300], .. rows[400..]], api.Accepted);
        await app.AssertLeftAsync(rows: 0, deadLetters: 100);
    }

    [Fact]
    public async Task One_event_of_40_KB_among_fifty()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await StartAsync(api.BaseAddress);
        var rows = Rows(50, bytes: 200);
        var large = rows[20] = Large(rows[20], 40 * 1024);

        await app.RecordAsync(rows);
        await app.EmptyAsync();

        AssertEachOnce([.. rows.Where(row => row != large)], api.Accepted);
        var letter = Assert.Single(await Operations(app).ListDeadLettersAsync(cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal((large.Id, "call is larger than 32 KB"), (letter.Id, letter.Reason));
    }

    [Fact]
    public async Task Two_hundred_events_of_15_KB()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await StartAsync(api.BaseAddress);
        var rows = Rows(200, bytes: 15 * 1024);

        await app.RecordAsync(rows);
        await app.EmptyAsync();

        AssertEachOnce(rows, api.Accepted);
        Assert.Equal(4, api.Bodies.Count);
        Assert.All(api.Bodies, body => Assert.True(Encoding.UTF8.GetByteCount(body) < BatchPacker.MaxBytes));
    }

    [Fact]
    public async Task A_wrong_key_for_a_while_and_then_the_right_one()
    {
        await using var api = await TrackingApi.StartAsync();
        var settings = new ReloadableSettings { ["Intilery:AuthToken"] = "the-wrong-one" };
        await using var app = await StartAsync(api.BaseAddress, settings);
        var rows = Rows(3000);
        await app.RecordAsync(rows[..1500]);
        for (var minutes = 0; minutes < 5; minutes++)
        {
            await app.Clock.PassAsync(BatchDelivery.PauseDelay);
        }

        await app.RecordAsync(rows[1500..]);
        settings["Intilery:AuthToken"] = TrackingApi.Token;
        settings.Reload();
        await app.EmptyAsync();

        AssertEachOnce(rows, api.Accepted);
        await app.AssertLeftAsync(rows: 0, deadLetters: 0);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task The_clock_on_the_wall_steps_by_an_hour_while_events_wait(int hours)
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await StartAsync(api.BaseAddress);
        var ids = app.App.Services.GetRequiredService<RowIdSequence>();
        var rows = new List<OutboxRow>();
        var start = app.Clock.GetTimestamp();
        api.AnswerAll((_, _) => app.Clock.GetElapsedTime(start) < TimeSpan.FromSeconds(20) ? HttpStatusCode.ServiceUnavailable : null);

        foreach (var step in (int[])[hours, -hours, -hours, hours])
        {
            OutboxRow[] request = [.. Enumerable.Range(0, 100).Select(i => Renumbered(ids.Next(), $"u{i % 10}"))];
            rows.AddRange(request);
            await app.RecordAsync(request);
            app.Clock.Step(TimeSpan.FromHours(step));
        }

        await app.PassUntilEmptyAsync();

        AssertEachOnce(rows, api.Accepted);
        await app.AssertLeftAsync(rows: 0, deadLetters: 0);
        Assert.InRange(app.Clock.GetElapsedTime(start), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(90));
        Assert.DoesNotContain(app.App.Log.Ours, line => line.Id is 302 or 404);
    }

    public void Dispose() => _scratch.Dispose();

    private static OutboxRow[] Rows(int count, int users = 20, int bytes = 0) =>
        [.. Enumerable.Range(1, count).Select(id => Large(Row(id, $"u{id % users}"), bytes))];

    private static OutboxRow Renumbered(long id, string userId) => Row(id, userId) with { DueAt = OutboxRow.AtOnce };

    // Padded to about so many bytes.
    private static OutboxRow Large(OutboxRow row, int bytes)
    {
        var payload = Encoding.UTF8.GetString(row.Payload.Span);
        return bytes <= payload.Length
            ? row
            : row with { Payload = Encoding.UTF8.GetBytes($$"""{{payload[..^1]}},"padding":"{{new string('x', bytes - payload.Length)}}"}""") };
    }

    // Every one, no other, none twice, and each user's in the order of their ids.
    private static void AssertEachOnce(IReadOnlyList<OutboxRow> rows, IReadOnlyList<ReceivedCall> calls)
    {
        Assert.Equal(rows.Count, calls.Count);
        Assert.Equal(
            rows.Select(row => row.Id).Order(),
            calls.Select(call => long.Parse(call.MessageId![1..], CultureInfo.InvariantCulture)).Order());
        RejectionTests.AssertOrderPerUser(calls);
    }

    private static IIntileryOutbox Operations(DeliveringApp app) => app.App.Services.GetRequiredService<IIntileryOutbox>();

    private Task<DeliveringApp> StartAsync(string baseAddress, ReloadableSettings? configuration = null) => DeliveringApp.StartAsync(baseAddress, new IdentityAppSetup
    {
        Configuration = configuration,
        Settings =
        {
            ["Intilery:Outbox:Path"] = _scratch.Combine("outbox"),

            // Longer than anything that a test lets pass.
            ["Intilery:Delivery:RequestTimeout"] = "00:02:00",
        },
    });
}
