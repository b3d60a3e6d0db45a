using System.Globalization;
using System.Net;
using Intilery.AspNetCore.Delivery;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Commands;

public sealed class HealthCheckTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    [Fact]
    public async Task An_application_that_keeps_and_delivers_is_healthy_and_says_what_waits()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api, OnDisk());
        await app.RecordAsync(3);
        await app.EmptyAsync();

        var report = await CheckAsync(app.App);

        Assert.Equal((HealthStatus.Healthy, "Events are kept and delivered."), (report.Status, report.Description));
        Assert.Equal(["backlog 0", "backlogAge 00:00:00", "deadLetters 0"], report.Data.Select(pair => $"{pair.Key} {pair.Value}"));
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden, "Intilery rejects the credentials (403 *** is unknown). Check Intilery:AuthToken")]
    [InlineData(HttpStatusCode.Unauthorized, "Intilery rejects the credentials (401")]
    [InlineData(HttpStatusCode.NotFound, "what answers is not the tracking API (404")]
    public async Task Paused_delivery_is_degraded_and_says_since_when_what_waits_and_what_to_do_without_the_token(HttpStatusCode status, string advice)
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api, OnDisk());
        api.AnswerNext(status, $$"""{"success":false,"message":"{{TrackingApi.Token}} is unknown"}""");
        await app.RecordAsync(1);
        await app.Clock.WaitedForAsync(BatchDelivery.PauseDelay);

        var paused = await CheckAsync(app.App);
        await app.Clock.PassAsync(BatchDelivery.PauseDelay);
        await app.EmptyAsync();
        var after = await CheckAsync(app.App);

        Assert.Equal(HealthStatus.Degraded, paused.Status);
        Assert.StartsWith($"Delivery is paused since {At(app.Clock.GetUtcNow() - BatchDelivery.PauseDelay)} and 1 event waits: ", paused.Description, StringComparison.Ordinal);
        Assert.Contains(advice, paused.Description, StringComparison.Ordinal);
        Assert.DoesNotContain(TrackingApi.Token, paused.Description, StringComparison.Ordinal);
        Assert.DoesNotContain(app.App.Log.All, line => line.Message.Contains(TrackingApi.Token, StringComparison.Ordinal));
        Assert.Equal(HealthStatus.Healthy, after.Status);
    }

    [Fact]
    public async Task An_api_that_rejects_everything_is_degraded()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api, OnDisk());
        api.AnswerAll((_, _) => HttpStatusCode.BadRequest);
        await app.RecordAsync([.. Enumerable.Range(1, 40).Select(id => Row(id, $"u{id}"))]);
        await app.Clock.WaitedForAsync(BatchDelivery.PauseDelay);

        var report = await CheckAsync(app.App);

        Assert.Equal(HealthStatus.Degraded, report.Status);
        Assert.Contains("Intilery rejects every event (400)", report.Description, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, HealthStatus.Degraded)]
    [InlineData(HealthStatus.Unhealthy, HealthStatus.Unhealthy)]
    public async Task An_outbox_that_cannot_be_written_is_what_was_asked_for_until_it_can(HealthStatus? asked, HealthStatus expected)
    {
        using var store = new ScriptedStore();
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api, new IdentityAppSetup { Services = Health(services => services.Replace(ServiceDescriptor.Singleton<IOutboxStore>(store)), asked) });
        var failures = 1;
        store.BeforeWriting(_ => failures-- > 0 ? throw new IOException("disk full") : Task.CompletedTask);
        var recorded = app.RecordAsync(1);
        await app.Clock.WaitedForAsync(TimeSpan.FromMilliseconds(100));

        var failing = await CheckAsync(app.App);
        await app.Clock.PassAsync(TimeSpan.FromMilliseconds(100));
        await recorded;

        Assert.Equal(expected, failing.Status);
        Assert.Equal(
            "The outbox cannot be written: scripted. Check that the disk or database is available to this machine, and the connection string. "
            + "Events wait in memory until it can be.",
            failing.Description);
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(app.App)).Status);
    }

    [Fact]
    public async Task An_outbox_that_does_not_answer_in_time_is_degraded()
    {
        using var store = new ScriptedStore();
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api, new IdentityAppSetup { Services = Health(services => services.Replace(ServiceDescriptor.Singleton<IOutboxStore>(store))) });
        var release = store.Hang();
        var settled = app.App.Services.GetRequiredService<IOutboxAppender>().CommitAsync(new OutboxCommit([], [app.ToThere(Row(1))]), CancellationToken.None).AsTask();
        await app.Clock.PassAsync(TimeSpan.FromSeconds(45));
        Assert.Equal(RecordOutcome.Buffered, await settled);

        var stalled = await CheckAsync(app.App);
        release.SetResult();
        await api.AcceptedAsync(1);
        await app.EmptyAsync();

        Assert.Equal(HealthStatus.Degraded, stalled.Status);
        Assert.StartsWith("The outbox cannot be written: scripted. The log has the reason.", stalled.Description, StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(app.App)).Status);
    }

    [Fact]
    public async Task Memory_alone_is_degraded()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api, new IdentityAppSetup { Services = Health() });

        var report = await CheckAsync(app.App);

        Assert.Equal(HealthStatus.Degraded, report.Status);
        Assert.Contains("set Intilery:Outbox:Path", report.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_waits_for_a_former_destination_is_degraded_and_says_how_to_find_it()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api, OnDisk());
        await app.App.Services.GetRequiredService<IOutboxStore>().WriteAsync(Commit(Row(1) with { Destination = "https://former.test" }));

        var report = await CheckAsync(app.App);

        Assert.Equal(
            (HealthStatus.Degraded,
                "1 event waits for another destination than the configured one: IIntileryOutbox.ListOtherDestinationsAsync lists them, to be redirected or purged."),
            (report.Status, report.Description));
    }

    [Fact]
    public async Task A_backlog_that_grows_old_is_degraded()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api, OnDisk(("Intilery:Delivery:MaxBacklogAge", "00:05:00")));
        api.AnswerAll((_, _) => HttpStatusCode.ServiceUnavailable);
        await app.RecordAsync(Row(app.App.Services.GetRequiredService<RowIdSequence>().Next()) with { DueAt = OutboxRow.AtOnce });
        await app.Clock.WaitedForAsync(Backoff.First / 2, Backoff.First);

        app.Clock.Advance(TimeSpan.FromMinutes(4));
        var young = await CheckAsync(app.App);
        app.Clock.Advance(TimeSpan.FromMinutes(2));
        var old = await CheckAsync(app.App);

        Assert.Equal(HealthStatus.Degraded, young.Status);
        Assert.StartsWith("Intilery has accepted nothing since ", young.Description, StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Degraded, old.Status);
        Assert.StartsWith("1 event waits, the first for 6 minutes.", old.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_takes_no_connections_is_degraded_and_says_since_when_and_what_waits()
    {
        await using var app = await DeliveringApp.StartAsync($"http://127.0.0.1:{ClosedPort.Next()}", OnDisk());
        var began = app.Clock.GetUtcNow();
        await app.RecordAsync(3);
        await app.PassFirstBackoffAsync();
        await app.Clock.WaitedForAsync(Backoff.First, Backoff.First * 2);

        var report = await CheckAsync(app.App);

        Assert.Equal(HealthStatus.Degraded, report.Status);
        Assert.Matches(
            $@"^Intilery has not been reached since {At(began)} and 3 events wait \(Connection refused \([^)]*\)\)\. 127\.0\.0\.1:\d+ cannot be connected to\. .* Delivery is tried again by itself\.$",
            report.Description);
    }

    [Fact]
    public async Task Intilery_is_no_trouble_any_more_once_it_answers_again()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api, OnDisk());
        api.AnswerNext(HttpStatusCode.ServiceUnavailable);
        await app.RecordAsync(1);
        await app.Clock.WaitedForAsync(Backoff.First / 2, Backoff.First);
        var failing = await CheckAsync(app.App);
        await app.PassFirstBackoffAsync();
        await app.EmptyAsync();

        Assert.Contains("Intilery has accepted nothing since ", failing.Description, StringComparison.Ordinal);
        Assert.Equal("Events are kept and delivered.", (await CheckAsync(app.App)).Description);
    }

    [Fact]
    public async Task A_process_that_only_records_does_not_say_that_it_delivers()
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup { Services = Health(), Settings = { ["Intilery:Outbox:Path"] = _scratch.Combine("outbox") } });

        var report = await CheckAsync(app);

        Assert.Equal((HealthStatus.Healthy, "Events are kept; this process does not deliver them."), (report.Status, report.Description));
    }

    [Fact]
    public async Task A_new_dead_letter_is_degraded_for_an_hour()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api, OnDisk());
        await app.RecordAsync(BadRow(1));
        await app.EmptyAsync();

        var fresh = await CheckAsync(app.App);
        app.Clock.Advance(TimeSpan.FromMinutes(61));
        var old = await CheckAsync(app.App);

        Assert.Equal(HealthStatus.Degraded, fresh.Status);
        Assert.Contains("IIntileryOutbox", fresh.Description, StringComparison.Ordinal);
        Assert.Equal((HealthStatus.Healthy, 1L), (old.Status, old.Data["deadLetters"]));
    }

    [Theory]
    [InlineData("Intilery:CaptureOnly", "true", true, HealthStatus.Healthy, "neither kept nor delivered")]
    [InlineData("Intilery:Enabled", "false", true, HealthStatus.Healthy, "Intilery:Enabled")]
    [InlineData("Intilery:Enabled", "true", false, HealthStatus.Degraded, "UseIntileryLifecycleTracking")]
    public async Task What_keeps_no_events_says_so(string key, string value, bool isArmed, HealthStatus status, string said)
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup { WriteTheLine = isArmed, Settings = { [key] = value }, Services = Health() });

        var report = await CheckAsync(app);

        Assert.Equal(status, report.Status);
        Assert.Contains(said, report.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_our_services_the_check_names_the_missing_call()
    {
        await using var services = new ServiceCollection().AddLogging().AddHealthChecks().AddIntilery(failureStatus: HealthStatus.Degraded).Services.BuildServiceProvider();

        var report = await services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken);

        Assert.Equal(HealthStatus.Degraded, report.Status);
        Assert.Contains("AddIntilery()", report.Entries["intilery"].Description, StringComparison.Ordinal);
    }

    public void Dispose() => _scratch.Dispose();

    private static string At(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static Action<IServiceCollection> Health(Action<IServiceCollection>? also = null, HealthStatus? failureStatus = null) => services =>
    {
        services.AddHealthChecks().AddIntilery(failureStatus: failureStatus);
        also?.Invoke(services);
    };

    private static async Task<HealthReportEntry> CheckAsync(IdentityApp app)
    {
        var report = await app.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken);
        return report.Entries["intilery"];
    }

    private IdentityAppSetup OnDisk(params (string Key, string Value)[] settings)
    {
        var setup = new IdentityAppSetup { Services = Health(), Settings = { ["Intilery:Outbox:Path"] = _scratch.Combine("outbox") } };
        foreach (var (key, value) in settings)
        {
            setup.Settings[key] = value;
        }

        return setup;
    }
}
