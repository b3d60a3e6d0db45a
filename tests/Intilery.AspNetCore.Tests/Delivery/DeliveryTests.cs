using System.Net;
using System.Text.Json.Nodes;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.Logging;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Delivery;

public sealed class DeliveryTests
{
    [Fact]
    public async Task A_sign_in_arrives_at_the_account_with_its_token()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        var userId = await app.App.CreateUserAsync();
        using var browser = app.App.OpenBrowser();

        await IdentityApp.SignInAsync(browser);

        var calls = await api.AcceptedAsync(2);
        Assert.Equal([$"identify {userId}", $"Signed In {userId}"], calls.Select(call => call.ToString()));
        Assert.All(api.Requests, request =>
        {
            Assert.Equal("/track/acme/acme/ACME/v1/batch", request.Path);
            Assert.Equal(TrackingApi.Token, request.Headers["auth-token"]);
            Assert.Equal("application/json", request.Headers["Content-Type"]);
        });
    }

    [Theory]
    [InlineData("Gzip", "gzip")]
    [InlineData("Brotli", "br")]
    public async Task Requests_are_compressed_where_the_options_ask_for_it(string compression, string encoding)
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api, new IdentityAppSetup { Settings = new() { ["Intilery:Delivery:Compression"] = compression } });

        await app.RecordAsync(500);

        var calls = await api.AcceptedAsync(500);
        Assert.Equal(500, calls.Select(call => call.MessageId).Distinct().Count());
        Assert.All(api.Requests, request => Assert.Equal((encoding, "application/json"), (request.Headers["Content-Encoding"], request.Headers["Content-Type"])));
    }

    [Fact]
    public async Task What_waits_travels_in_one_request_and_leaves_the_outbox_after_the_answer()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        var waiting = -1L;
        api.AnswerNext(async context =>
        {
            waiting = (await app.StatusAsync()).Rows;
            context.Response.StatusCode = 503;
        });
        await app.RecordAsync(3);
        await app.PassFirstBackoffAsync();

        await api.AcceptedAsync(3);
        await app.App.StopAsync();

        Assert.Equal(2, api.Bodies.Count);
        Assert.Equal(3, waiting);
        Assert.Equal(0, (await app.StatusAsync()).Rows);
    }

    [Fact]
    public async Task A_resend_carries_the_same_message_ids_and_a_new_time_of_sending()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        api.AnswerNext(HttpStatusCode.InternalServerError);
        await app.RecordAsync(2);
        await app.PassFirstBackoffAsync();
        await api.AcceptedAsync(2);

        Assert.Equal(["m1", "m2"], Values(api.Bodies[0], "messageId"));
        Assert.Equal(["m1", "m2"], Values(api.Bodies[1], "messageId"));
        Assert.Equal(["2026-03-01T12:00:00.000Z", "2026-03-01T12:00:00.000Z"], Values(api.Bodies[0], "sentAt"));
        Assert.All(Values(api.Bodies[1], "sentAt"), sentAt => Assert.StartsWith("2026-03-01T12:00:00.", sentAt, StringComparison.Ordinal));
        Assert.DoesNotContain("2026-03-01T12:00:00.000Z", Values(api.Bodies[1], "sentAt"));
    }

    [Fact]
    public async Task A_long_outage_is_outlasted_said_once_and_its_end_too()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        foreach (var status in (HttpStatusCode[])[HttpStatusCode.InternalServerError, HttpStatusCode.BadGateway, HttpStatusCode.ServiceUnavailable])
        {
            api.AnswerNext(status);
        }

        await app.RecordAsync(2);
        foreach (var seconds in (double[])[0.5, 1, 2])
        {
            await app.Clock.PassAsync(TimeSpan.FromSeconds(seconds / 2), TimeSpan.FromSeconds(seconds));
        }

        await api.AcceptedAsync(2);
        await app.App.StopAsync();
        Assert.Single(app.App.Log.Ours, line => line.Id == 401);
        Assert.Single(app.App.Log.Ours, line => line.Id == 405);
    }

    [Fact]
    public async Task Too_many_requests_are_answered_by_the_wait_that_is_asked_for()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        api.AnswerNext(HttpStatusCode.TooManyRequests, headers: headers => headers.RetryAfter = "7");
        api.AnswerNext(HttpStatusCode.TooManyRequests, headers: headers => headers.RetryAfter = "Sun, 01 Mar 2026 12:02:07 GMT");
        await app.RecordAsync(1);

        await app.Clock.PassAsync(TimeSpan.FromSeconds(7));
        await app.Clock.PassAsync(TimeSpan.FromMinutes(2));

        await api.AcceptedAsync(1);
        Assert.Equal(["2026-03-01T12:00:00.000Z", "2026-03-01T12:00:07.000Z", "2026-03-01T12:02:07.000Z"], api.Bodies.Select(body => Values(body, "sentAt").Single()));
    }

    [Fact]
    public async Task One_bad_event_among_twenty_is_found_and_costs_no_other()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        var bad = Row(7) with { Payload = """{"type":"track","event":"Signed In","userId":"","messageId":"m7"}"""u8.ToArray() };

        await app.RecordAsync([.. Enumerable.Range(1, 20).Select(id => id == 7 ? bad : Row(id, $"u{id % 3}"))]);

        var calls = await api.AcceptedAsync(19);
        await app.App.StopAsync();
        var status = await app.StatusAsync();
        Assert.Equal(Enumerable.Range(1, 20).Where(id => id != 7).Select(id => $"m{id}"), calls.Select(call => call.MessageId));
        Assert.Equal((0L, 1L), (status.Rows, status.DeadLetters));
        var rejected = Assert.Single(app.App.Log.Ours, line => line.Id == 402);
        Assert.Equal(LogLevel.Error, rejected.Level);
        Assert.Contains("userId must not be empty", rejected.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_is_too_large_is_sent_in_two()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        api.AnswerNext(HttpStatusCode.RequestEntityTooLarge);

        await app.RecordAsync(4);

        var calls = await api.AcceptedAsync(4);
        Assert.Equal([4, 2, 2], api.Bodies.Select(body => Values(body, "messageId").Length));
        Assert.Equal(["m1", "m2", "m3", "m4"], calls.Select(call => call.MessageId));
    }

    [Fact]
    public async Task A_refusal_in_a_success_is_a_refusal()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        api.AnswerNext(HttpStatusCode.OK, """{"success":false,"message":"timestamp is no date"}""");

        await app.RecordAsync(1);
        await api.BodiesAsync(1);
        await app.RecordAsync(Row(2));

        Assert.Equal(["m2"], (await api.AcceptedAsync(1)).Select(call => call.MessageId));
        await app.App.StopAsync();
        Assert.Equal(1, (await app.StatusAsync()).DeadLetters);
        Assert.Contains(app.App.Log.Ours, line => line.Id == 402 && line.Message.Contains("timestamp is no date", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_trouble_in_the_middle_of_a_bisection_keeps_what_is_left_in_order()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        api.AnswerNext(HttpStatusCode.BadRequest);
        api.AnswerNext(HttpStatusCode.ServiceUnavailable);

        await app.RecordAsync(4);
        await app.PassFirstBackoffAsync();

        Assert.Equal(["m1", "m2", "m3", "m4"], (await api.AcceptedAsync(4)).Select(call => call.MessageId));
        Assert.Equal([4, 2, 4], api.Bodies.Select(body => Values(body, "messageId").Length));
    }

    private static string[] Values(string body, string name) => [.. JsonNode.Parse(body)!["batch"]!.AsArray().Select(call => (string)call![name]!)];
}
