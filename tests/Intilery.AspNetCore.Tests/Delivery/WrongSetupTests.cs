using System.Net;
using System.Text.RegularExpressions;
using Intilery.AspNetCore.Delivery;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Delivery;

public sealed class WrongSetupTests
{
    [Theory]
    [InlineData(HttpStatusCode.Unauthorized, "")]
    [InlineData(HttpStatusCode.Forbidden, "")]
    [InlineData(HttpStatusCode.NotFound, "not here")]
    [InlineData(HttpStatusCode.MethodNotAllowed, "")]
    [InlineData(HttpStatusCode.UnsupportedMediaType, "")]
    public async Task Delivery_pauses_loudly_and_loses_nothing(HttpStatusCode status, string body)
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        api.AnswerNext(status, body);
        await app.RecordAsync(3);

        await app.Clock.PassAsync(BatchDelivery.PauseDelay);

        Assert.Equal(["m1", "m2", "m3"], (await api.AcceptedAsync(3)).Select(call => call.MessageId));
        await app.App.StopAsync();
        var status2 = await app.StatusAsync();
        Assert.Equal((0L, 0L), (status2.Rows, status2.DeadLetters));
        Assert.Equal(LogLevel.Error, Assert.Single(app.App.Log.Ours, line => line.Id == 403).Level);
        Assert.Single(app.App.Log.Ours, line => line.Id == 405);
    }

    [Theory]
    [InlineData("<html>Sign in to the Wi-Fi</html>")]
    [InlineData("")]
    [InlineData("{\"success\":tr")]
    public async Task A_success_that_is_no_json_is_tried_three_times_then_delivery_pauses(string body)
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        for (var i = 0; i < 4; i++)
        {
            api.AnswerNext(HttpStatusCode.OK, body);
        }

        await app.RecordAsync(3);
        await app.PassFirstBackoffAsync();
        await app.Clock.PassAsync(Backoff.First, Backoff.First * 2);
        await app.Clock.PassAsync(BatchDelivery.PauseDelay);
        await app.Clock.PassAsync(BatchDelivery.PauseDelay);

        Assert.Equal(["m1", "m2", "m3"], (await api.AcceptedAsync(3)).Select(call => call.MessageId));
        Assert.Equal([3, 3, 3, 1, 1, 2], api.Bodies.Select(sent => Regex.Count(sent, "messageId")));
        Assert.All(app.App.Log.Ours.Where(line => line.Id == 403), line => Assert.Contains("(200 without JSON)", line.Message, StringComparison.Ordinal));
        Assert.Contains(app.App.Log.Ours, line => line is { Id: 403, Level: LogLevel.Error });
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"eventId\":\"8f0a\"}")]
    [InlineData("{\"success\":null}")]
    public async Task A_success_that_is_json_and_does_not_say_otherwise_is_one(string body)
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        api.AnswerNext(HttpStatusCode.OK, body);
        await app.RecordAsync(3);
        await api.BodiesAsync(1);

        await app.App.StopAsync();

        var status = await app.StatusAsync();
        Assert.Equal((0L, 0L), (status.Rows, status.DeadLetters));
        Assert.Single(api.Bodies);
    }

    [Fact]
    public async Task While_delivery_is_paused_one_small_request_asks_whether_it_is_over()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        api.AnswerNext(HttpStatusCode.Forbidden);
        api.AnswerNext(HttpStatusCode.Forbidden);
        await app.RecordAsync(50);

        await app.Clock.PassAsync(BatchDelivery.PauseDelay);
        await app.Clock.PassAsync(BatchDelivery.PauseDelay);

        await api.AcceptedAsync(50);
        Assert.Equal([50, 1, 1, 49], api.Bodies.Select(sent => Regex.Count(sent, "messageId")));
    }

    [Fact]
    public async Task A_bad_event_in_front_does_not_keep_delivery_paused_once_the_set_up_is_right()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        api.AnswerNext(HttpStatusCode.Forbidden);
        await app.RecordAsync([OutboxSample.BadRow(1), .. Enumerable.Range(2, 9).Select(id => OutboxSample.Row(id))]);

        await app.Clock.PassAsync(BatchDelivery.PauseDelay);

        await api.AcceptedAsync(9);
        await app.App.StopAsync();
        Assert.Equal(1, (await app.StatusAsync()).DeadLetters);
    }

    [Fact]
    public async Task A_corrected_key_ends_the_pause_at_once()
    {
        await using var api = await TrackingApi.StartAsync();
        var configuration = new ReloadableSettings { ["Intilery:AuthToken"] = "the-wrong-one" };
        await using var app = await DeliveringApp.StartAsync(api, new IdentityAppSetup { Configuration = configuration });
        await app.RecordAsync(50);
        await api.BodiesAsync(1);
        var before = app.Clock.GetUtcNow();

        configuration["Intilery:AuthToken"] = TrackingApi.Token;
        configuration.Reload();

        await api.AcceptedAsync(50);
        Assert.Equal(before, app.Clock.GetUtcNow());
        Assert.Equal([50, 50], api.Bodies.Select(sent => Regex.Count(sent, "messageId")));
    }

    [Fact]
    public async Task A_change_of_something_else_does_not_end_it()
    {
        await using var api = await TrackingApi.StartAsync();
        var configuration = new ReloadableSettings { ["Intilery:AuthToken"] = "the-wrong-one" };
        await using var app = await DeliveringApp.StartAsync(api, new IdentityAppSetup { Configuration = configuration });
        await app.RecordAsync(2);
        await api.BodiesAsync(1);

        configuration["Intilery:Identify"] = "false";
        configuration.Reload();
        await app.Clock.PassAsync(BatchDelivery.PauseDelay);

        await api.BodiesAsync(2);
        Assert.Equal([2, 1], api.Bodies.Select(sent => Regex.Count(sent, "messageId")));
    }

    [Theory]
    [InlineData(HttpStatusCode.Found)]
    [InlineData(HttpStatusCode.TemporaryRedirect)]
    [InlineData(HttpStatusCode.PermanentRedirect)]
    public async Task A_redirect_is_not_followed_and_the_token_goes_nowhere_else(HttpStatusCode status)
    {
        await using var api = await TrackingApi.StartAsync();
        await using var elsewhere = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        api.AnswerNext(status, headers: headers => headers.Location = $"{elsewhere.BaseAddress}/track/acme/acme/ACME/v1/batch");
        await app.RecordAsync(1);

        await app.Clock.PassAsync(BatchDelivery.PauseDelay);

        await api.AcceptedAsync(1);
        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public async Task The_token_is_in_no_log_line_whatever_went_wrong()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        api.AnswerNext(HttpStatusCode.Forbidden, $$"""{"success":false,"message":"unknown"}""");
        await app.RecordAsync(1);
        await app.Clock.PassAsync(BatchDelivery.PauseDelay);
        await api.AcceptedAsync(1);
        await app.App.StopAsync();

        Assert.NotEmpty(app.App.Log.All);
        Assert.DoesNotContain(
            app.App.Log.All,
            line => line.Message.Contains(TrackingApi.Token, StringComparison.Ordinal)
                || line.Exception?.ToString().Contains(TrackingApi.Token, StringComparison.Ordinal) == true);
    }
}
