using System.Net;
using Intilery.AspNetCore.Delivery;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Delivery;

/// <summary>Trouble between the outbox and the API, and on this machine.</summary>
public sealed class FaultTests : Faults
{
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

    private static OutboxRow Renumbered(long id, string userId) => Row(id, userId) with { DueAt = OutboxRow.AtOnce };
}
