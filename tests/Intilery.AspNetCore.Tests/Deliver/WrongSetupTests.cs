using System.Net;
using Intilery.AspNetCore.Deliver;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Deliver;

public sealed class WrongSetupTests
{
    [Theory]
    [InlineData(HttpStatusCode.Unauthorized, "")]
    [InlineData(HttpStatusCode.Forbidden, "")]
    [InlineData(HttpStatusCode.NotFound, "not here")]
    [InlineData(HttpStatusCode.MethodNotAllowed, "")]
    [InlineData(HttpStatusCode.UnsupportedMediaType, "")]
    [InlineData(HttpStatusCode.OK, "<html>Sign in to the Wi-Fi</html>")]
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
