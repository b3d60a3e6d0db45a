using System.Net;
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Delivery;

public sealed class GracefulStopTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    [Fact]
    public async Task A_stop_delivers_what_waits()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        api.AnswerNext(HttpStatusCode.ServiceUnavailable);
        await app.RecordAsync(3);
        await api.BodiesAsync(1);

        await app.App.StopAsync();

        Assert.Equal(2, api.Bodies.Count);
        Assert.Equal(["m1", "m2", "m3"], api.Accepted.Select(call => call.MessageId));
        Assert.Equal(0, (await app.StatusAsync()).Rows);
    }

    [Fact]
    public async Task A_request_under_way_at_the_stop_is_waited_for_and_not_sent_again()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        var answer = api.HoldNextAnswer();
        await app.RecordAsync(3);
        await answer.Arrived;

        var stopped = app.App.StopAsync();
        answer.Give();
        await stopped;

        Assert.Single(api.Bodies);
        Assert.Equal(0, (await app.StatusAsync()).Rows);
    }

    [Fact]
    public async Task With_the_api_down_a_stop_keeps_the_rest_and_the_next_start_delivers_it()
    {
        var port = ClosedPort.Next();
        await using (var app = await DeliveringApp.StartAsync($"http://127.0.0.1:{port}", OnDisk()))
        {
            await app.RecordAsync(3);
            await app.App.StopAsync();
            Assert.Equal(3, (await app.StatusAsync()).Rows);
        }

        await using var api = await TrackingApi.StartAsync(port);
        await using var again = await DeliveringApp.StartAsync(api, OnDisk());

        Assert.Equal(["m1", "m2", "m3"], (await api.AcceptedAsync(3)).Select(call => call.MessageId));
    }

    [Fact]
    public async Task With_an_api_that_does_not_answer_a_stop_ends_at_its_time_out_and_keeps_the_rest()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        api.AnswerNext(HttpStatusCode.ServiceUnavailable);
        var hanging = api.HoldNextAnswer();
        await app.RecordAsync(3);
        await api.BodiesAsync(1);

        var stopped = app.App.StopAsync();
        await hanging.Arrived;
        Assert.False(stopped.IsCompleted);
        await app.Clock.PassAsync(TimeSpan.FromSeconds(5));
        await stopped;

        Assert.Empty(api.Accepted);
        Assert.Equal(3, (await app.StatusAsync()).Rows);
    }

    public void Dispose() => _scratch.Dispose();

    private IdentityAppSetup OnDisk() => new() { Settings = { ["Intilery:Outbox:Path"] = _scratch.Combine("outbox") } };
}
