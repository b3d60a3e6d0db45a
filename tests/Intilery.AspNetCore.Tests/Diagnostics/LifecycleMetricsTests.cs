using System.Diagnostics.Metrics;
using System.Net;
using Intilery.AspNetCore.Commands;
using Intilery.AspNetCore.Delivery;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Diagnostics;

public sealed class LifecycleMetricsTests
{
    [Fact]
    public async Task Every_instrument_has_its_kind_and_unit()
    {
        await using var app = await IdentityApp.StartAsync();
        using var measured = new Measurements(app.Services.GetRequiredService<IMeterFactory>());

        Assert.Equal(
            [
                "intilery.batch.size Histogram {event}",
                "intilery.events.delivered Counter {event}",
                "intilery.events.dropped Counter {event}",
                "intilery.events.recorded Counter {event}",
                "intilery.facts.captured Counter {fact}",
                "intilery.facts.suppressed Counter {fact}",
                "intilery.outbox.age ObservableGauge s",
                "intilery.outbox.backlog ObservableUpDownCounter {event}",
                "intilery.outbox.dead_letters ObservableUpDownCounter {event}",
                "intilery.request.duration Histogram s",
                "intilery.requests.retried Counter {request}",
            ],
            measured.Units.Select(pair => $"{pair.Key} {pair.Value}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_sign_in_is_counted_from_its_capture_to_its_delivery()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        using var measured = new Measurements(app.App.Services.GetRequiredService<IMeterFactory>());
        await app.App.CreateUserAsync();
        using var browser = app.App.OpenBrowser();

        await IdentityApp.SignInAsync(browser);
        await api.AcceptedAsync(2);
        await app.EmptyAsync();

        Assert.Contains((1, "intilery.fact=Signed In"), measured.Of("intilery.facts.captured"));
        Assert.Equal((2, 2), (measured.Sum("intilery.events.recorded"), measured.Sum("intilery.events.delivered")));
        Assert.Equal(2, measured.Sum("intilery.batch.size"));
    }

    [Fact]
    public async Task A_request_is_timed_with_its_status_and_its_failure()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        using var measured = new Measurements(app.App.Services.GetRequiredService<IMeterFactory>());
        api.AnswerNext(context =>
        {
            app.Clock.Advance(TimeSpan.FromSeconds(2));
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        });
        api.AnswerNext(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        api.AnswerNext(HttpStatusCode.OK, "<html>");
        api.AnswerNext(HttpStatusCode.OK, """{"success":false}""");
        await app.RecordAsync(1);

        await app.PassFirstBackoffAsync();
        await app.Clock.PassAsync(Backoff.First, Backoff.First * 2);
        await app.Clock.PassAsync(Backoff.First * 2, Backoff.First * 4);
        await app.EmptyAsync();
        await app.RecordAsync(Row(2));
        await app.EmptyAsync();

        var requests = measured.Of("intilery.request.duration");
        Assert.Equal(
            [
                "http.response.status_code=503 error.type=503",
                "error.type=connection_reset",
                "http.response.status_code=200 error.type=not_json",
                "http.response.status_code=200 error.type=refused",
                "http.response.status_code=200",
            ],
            requests.Select(request => request.Tags));
        Assert.Equal(2, requests[0].Value);
        Assert.Equal(["error.type=503", "error.type=connection_reset", "error.type=not_json"], measured.Of("intilery.requests.retried").Select(retry => retry.Tags));
        Assert.Equal([(1, "intilery.reason=rejected")], measured.Of("intilery.events.dropped"));
    }

    [Fact]
    public async Task What_is_no_event_is_counted_by_its_reason()
    {
        await using var app = await IdentityApp.StartAsync();
        using var measured = new Measurements(app.Services.GetRequiredService<IMeterFactory>());
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();

        await IdentityApp.SignInAsync(browser);

        Assert.Contains("intilery.reason=intermediate-scheme", measured.Of("intilery.facts.suppressed").Select(suppressed => suppressed.Tags));
    }

    [Fact]
    public async Task A_collection_reports_what_waits_how_long_and_what_was_rejected()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        using var measured = new Measurements(app.App.Services.GetRequiredService<IMeterFactory>());
        var ids = app.App.Services.GetRequiredService<RowIdSequence>();
        await app.RecordAsync(BadRow(ids.Next()));
        await app.EmptyAsync();
        api.AnswerAll((_, _) => HttpStatusCode.ServiceUnavailable);
        await app.RecordAsync(
            Row(ids.Next()) with { DueAt = OutboxRow.AtOnce }, Row(ids.Next()), Row(ids.Next()) with { DueAt = app.Clock.GetUtcNow().AddDays(14) });
        await app.Clock.WaitedForAsync(Backoff.First / 2, Backoff.First);
        app.Clock.Advance(TimeSpan.FromSeconds(90));

        measured.Collect();
        await app.App.Services.GetRequiredService<OutboxInspection>().Looking;
        measured.Collect();

        Assert.Equal((3, string.Empty), measured.Of("intilery.outbox.backlog")[^1]);
        Assert.Equal((90, string.Empty), measured.Of("intilery.outbox.age")[^1]);
        Assert.Equal((1, string.Empty), measured.Of("intilery.outbox.dead_letters")[^1]);
    }

    [Fact]
    public async Task A_clock_that_was_set_back_makes_no_negative_age()
    {
        await using var app = await IdentityApp.StartAsync();
        var ids = new RowIdSequence(new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(90)));
        var row = Row(ids.Next()) with { DueAt = OutboxRow.AtOnce, Destination = app.Services.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue.Destination };
        await app.Services.GetRequiredService<IOutboxAppender>().CommitAsync(new OutboxCommit([], [row]), CancellationToken.None);

        var seen = await app.Services.GetRequiredService<OutboxInspection>().LookAsync(CancellationToken.None);

        Assert.Equal((1, TimeSpan.Zero), (seen.Rows, seen.Age));
    }
}
