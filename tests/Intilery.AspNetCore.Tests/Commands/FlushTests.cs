using System.Net;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Commands;

public sealed class FlushTests
{
    [Fact]
    public async Task A_flush_ends_once_what_was_recorded_before_is_acknowledged()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        var answer = api.HoldNextAnswer();
        await app.RecordAsync(3);
        await answer.Arrived;

        var flush = Outbox(app.App).FlushAsync(TestContext.Current.CancellationToken);
        Assert.False(flush.IsCompleted);
        answer.Give();

        Assert.Equal(FlushOutcome.Acknowledged, await flush);
        await app.AssertLeftAsync(rows: 0, deadLetters: 0);
    }

    [Fact]
    public async Task Nothing_to_deliver_is_acknowledged()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);

        Assert.Equal(FlushOutcome.Acknowledged, await Outbox(app.App).FlushAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_is_recorded_later_is_not_waited_for()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        var ids = app.App.Services.GetRequiredService<Intilery.AspNetCore.Outbox.RowIdSequence>();
        api.AnswerAll((_, body) => body.Contains("later", StringComparison.Ordinal) ? HttpStatusCode.ServiceUnavailable : null);
        await app.RecordAsync(Row(ids.Next(), "earlier"));
        await api.AcceptedAsync(1);
        app.Clock.Advance(TimeSpan.FromMilliseconds(5));
        var outbox = Outbox(app.App);

        var end = ids.Next();
        await app.RecordAsync(Row(end + (1L << 40), "later"));

        Assert.Equal(FlushOutcome.Acknowledged, await outbox.FlushAsync(TestContext.Current.CancellationToken));
        await app.AssertLeftAsync(rows: 1, deadLetters: 0);
    }

    [Fact]
    public async Task A_flush_says_that_some_of_it_was_rejected()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        api.AnswerNext(HttpStatusCode.ServiceUnavailable);
        await app.RecordAsync(Row(1), BadRow(2));
        await api.BodiesAsync(1);

        var flush = Outbox(app.App).FlushAsync(TestContext.Current.CancellationToken);
        await app.PassFirstBackoffAsync();

        Assert.Equal(FlushOutcome.Rejected, await flush);
    }

    [Fact]
    public async Task A_flush_does_not_wait_for_somebody_to_mend_the_set_up()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        api.AnswerAll((_, _) => HttpStatusCode.Forbidden);
        await app.RecordAsync(1);

        Assert.Equal(FlushOutcome.Paused, await Outbox(app.App).FlushAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_flush_that_is_cancelled_is_interrupted_and_does_not_throw()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        api.AnswerAll((_, _) => HttpStatusCode.ServiceUnavailable);
        await app.RecordAsync(1);
        using var cancelled = new CancellationTokenSource();

        var flush = Outbox(app.App).FlushAsync(cancelled.Token);
        await app.Clock.WaitedForAsync(TimeSpan.FromSeconds(1));
        await cancelled.CancelAsync();

        Assert.Equal(FlushOutcome.Canceled, await flush);
        await app.AssertLeftAsync(rows: 1, deadLetters: 0);
    }

    [Fact]
    public async Task A_flush_after_the_stop_is_interrupted()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        await app.App.StopAsync();

        Assert.Equal(FlushOutcome.Canceled, await Outbox(app.App).FlushAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Where_nothing_is_delivered_a_flush_says_so()
    {
        await using var app = await IdentityApp.StartAsync();

        Assert.Equal(FlushOutcome.NotDelivering, await Outbox(app).FlushAsync(TestContext.Current.CancellationToken));
    }

    private static IIntileryOutbox Outbox(IdentityApp app) => app.Services.GetRequiredService<IIntileryOutbox>();
}
