using System.Net;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Testing;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Intilery.AspNetCore.Tests.Testing;

public sealed class ApiStandInTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_takes_what_the_application_delivers()
    {
        var (app, api) = await StartAsync();
        await using var running = app;
        using var browser = app.OpenBrowser();

        await IdentityApp.RegisterAsync(browser);

        var calls = await api.WaitForAsync(3, Patience.Limit, Cancelled);
        Assert.Equal(["identify", "Signed Up", "Signed In"], calls.Select(call => call.Name));
    }

    [Fact]
    public async Task What_it_refuses_is_a_dead_letter_with_its_message()
    {
        var (app, api) = await StartAsync();
        await using var running = app;
        api.RefuseNext("the event is unknown");

        await TrackAsync(app);
        await FlushAsync(app);

        var letters = await app.Services.GetRequiredService<IIntileryOutbox>().ListDeadLettersAsync(cancellationToken: Cancelled);
        Assert.Equal("the event is unknown", Assert.Single(letters).Reason);
        Assert.Empty(api.Accepted);
    }

    [Fact]
    public async Task What_it_drops_is_sent_again_with_the_same_id()
    {
        var (app, api) = await StartAsync();
        await using var running = app;
        api.DropNext();

        await TrackAsync(app);

        var calls = await api.WaitForAsync(2, Patience.Limit, Cancelled);
        Assert.Equal(calls[0].MessageId, calls[1].MessageId);
    }

    [Fact]
    public async Task What_it_delays_is_accepted_when_the_time_has_passed()
    {
        var (app, api) = await StartAsync();
        await using var running = app;
        var clock = new FakeTimeProvider();
        api.DelayNext(TimeSpan.FromMinutes(1), clock);
        var accepted = api.WaitForAsync(1, Patience.Limit, Cancelled);

        await TrackAsync(app);

        while (api.Requests == 0 && !accepted.IsCompleted)
        {
            await Task.Yield();
        }

        Assert.Empty(api.Accepted);
        while (!accepted.IsCompleted)
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        Assert.Equal("Report Exported", Assert.Single(await accepted).Name);
    }

    [Fact]
    public async Task What_it_limits_or_answers_otherwise_is_sent_again()
    {
        var (app, api) = await StartAsync();
        await using var running = app;
        api.LimitNext(TimeSpan.Zero);
        api.AnswerNext(HttpStatusCode.ServiceUnavailable);

        await TrackAsync(app);

        Assert.Single(await api.WaitForAsync(1, Patience.Limit, Cancelled));
        Assert.Equal(3, api.Requests);
    }

    [Fact]
    public async Task What_does_not_come_is_said()
    {
        var exception = await Assert.ThrowsAsync<IntileryAssertionException>(
            () => new IntileryApiStandIn().WaitForAsync(1, TimeSpan.FromMilliseconds(1), Cancelled));

        Assert.Equal("Waited 00:00:00.0010000 for 1 calls, and 0 requests came. Nothing was recorded.", exception.Message);
    }

    private static async Task<(IdentityApp App, IntileryApiStandIn Api)> StartAsync()
    {
        IntileryApiStandIn? api = null;
        var app = await IdentityApp.StartAsync(new() { Services = services => api = services.AddIntileryApiStandIn() });
        return (app, api!);
    }

    private static Task<int> TrackAsync(IdentityApp app) => app.WithScopeAsync(async services =>
    {
        await services.GetRequiredService<ILifecycleTracker>().TrackAsync(new CustomEvent("Report Exported") { UserId = "peter" }, Cancelled);
        return 0;
    });

    private static Task<FlushOutcome> FlushAsync(IdentityApp app) => app.Services.GetRequiredService<IIntileryOutbox>().FlushAsync(Cancelled);
}
