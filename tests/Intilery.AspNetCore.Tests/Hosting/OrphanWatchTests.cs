using System.Text;
using System.Text.Json;
using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Hosting;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Sqlite;
using Intilery.AspNetCore.Scopes;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Scope = Intilery.AspNetCore.Tests.Compose.Scope;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Hosting;

public sealed class OrphanWatchTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();
    private readonly TestDiagnostics _diagnostics = new(TimeProvider.System);
    private readonly Scope _scope = new();

    private string Folder => _scratch.Combine("outbox");

    [Fact]
    public async Task What_a_process_that_ended_leaves_is_settled_and_delivered_by_a_running_one_within_half_a_minute()
    {
        Assert.True(OrphanWatch.Interval <= TimeSpan.FromSeconds(30));
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api, OnDisk());
        await app.Clock.PassAsync(OrphanWatch.Interval);
        var other = Open();
        await other.WriteAsync(Commit(RowFor(app, 1), RowFor(app, 2)), Write(Committed(app, "peter")));
        other.Dispose();

        await app.Clock.PassAsync(OrphanWatch.Interval);

        var calls = await api.AcceptedAsync(4);
        Assert.Equal(["Signed In u1", "Signed In u1", "identify peter", "Signed Up peter"], calls.OrderBy(call => call.UserId == "peter").Select(call => call.ToString()));
        await app.App.StopAsync();
        var status = await app.StatusAsync();
        Assert.Equal((0L, 0L), (status.Rows, status.Intents));
    }

    [Theory]
    [InlineData("")]
    [InlineData("""{"Scope":null}""")]
    public async Task What_a_process_leaves_and_nobody_can_read_holds_up_nobody(string payload)
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api, OnDisk());
        await app.Clock.PassAsync(OrphanWatch.Interval);
        var other = Open();
        await other.WriteAsync(Write(new Intent(5, "gone", "u1", Encoding.UTF8.GetBytes(payload))), Commit(RowFor(app, 6)), Write(Committed(app, "peter")));
        other.Dispose();

        await app.Clock.PassAsync(OrphanWatch.Interval);

        var calls = await api.AcceptedAsync(3);
        Assert.Equal(["Signed In u1", "identify peter", "Signed Up peter"], calls.OrderBy(call => call.UserId == "peter").Select(call => call.ToString()));
        await app.App.StopAsync();
        var status = await app.StatusAsync();
        Assert.Equal((0L, 0L, 1L), (status.Rows, status.Intents, status.DeadLetters));
    }

    [Fact]
    public async Task Two_processes_that_stop_during_an_outage_leave_each_event_to_a_third_once_and_in_order()
    {
        var port = ClosedPort.Next();
        await using var staying = await DeliveringApp.StartAsync($"http://127.0.0.1:{port}", OnDisk());
        await staying.Clock.PassAsync(OrphanWatch.Interval);
        var leaving = new[]
        {
            await DeliveringApp.StartAsync($"http://127.0.0.1:{port}", OnDisk()),
            await DeliveringApp.StartAsync($"http://127.0.0.1:{port}", OnDisk()),
        };
        for (var i = 0; i < leaving.Length; i++)
        {
            await leaving[i].RecordAsync([.. Enumerable.Range(i * 100, 100).Select(id => Row(id, $"u{i}"))]);
        }

        await leaving[0].DisposeAsync();
        await leaving[1].DisposeAsync();
        await using var api = await TrackingApi.StartAsync(port);
        await staying.Clock.PassAsync(OrphanWatch.Interval);
        await api.AcceptedAsync(200);
        await staying.App.StopAsync();

        foreach (var ofUser in api.Accepted.GroupBy(call => call.UserId))
        {
            var first = ofUser.Key == "u0" ? 0 : 100;
            Assert.Equal(Enumerable.Range(first, 100).Select(id => $"m{id}"), ofUser.Select(call => call.MessageId));
        }
    }

    [Fact]
    public async Task Delivery_does_not_wait_for_the_take_over_of_what_ended_processes_left()
    {
        await using var api = await TrackingApi.StartAsync();
        var store = new HangingTakeover();
        await using var app = await DeliveringApp.StartAsync(api, new IdentityAppSetup { Services = services => services.AddSingleton<IOutboxStore>(store) });
        await store.Begun.Task.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);

        await app.RecordAsync(Row(1));

        Assert.Equal(["m1"], (await api.AcceptedAsync(1)).Select(call => call.MessageId));
        store.Release.SetResult();
    }

    [Fact]
    public async Task What_a_living_process_has_not_settled_yet_is_left_to_it()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api, OnDisk());
        using var other = Open();
        await other.WriteAsync(Commit(RowFor(app, 1)), Write(Committed(app, "peter")));

        await app.Clock.PassAsync(OrphanWatch.Interval);
        await app.RecordAsync(Row(2));

        Assert.Equal(["m2"], (await api.AcceptedAsync(1)).Select(call => call.MessageId));
        await app.App.StopAsync();
        Assert.Equal(1, (await other.GetStatusAsync(CancellationToken.None)).Intents);
    }

    public void Dispose()
    {
        _diagnostics.Dispose();
        _scratch.Dispose();
    }

    private static OutboxRow RowFor(DeliveringApp app, int id) =>
        Row(id) with { Destination = app.App.Services.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue.Destination };

    private Intent Committed(DeliveringApp app, string userId)
    {
        var scopeContext = new ScopeContext { Id = "theirs", Destination = app.ToThere(Row(1)).Destination };
        CapturedFact fact = _scope.Created(userId);
        return new Intent(900, scopeContext.Id, userId, JsonSerializer.SerializeToUtf8Bytes(new IntentPayload(scopeContext, fact), FactJson.Default.IntentPayload));
    }

    private SqliteOutboxStore Open()
    {
        var store = new SqliteOutboxStore(new SqliteOutboxSettings(Folder, SyncEveryCommit: false, 1L << 30), _diagnostics.Diagnostics);
        store.Open();
        return store;
    }

    private sealed class HangingTakeover() : WrappedStore(1000)
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override string Description => "memory beside which a take-over hangs";

        public override async ValueTask<IReadOnlyList<Intent>> ReadOrphanedIntentsAsync(CancellationToken cancellationToken)
        {
            Begun.TrySetResult();
            await Release.Task.WaitAsync(cancellationToken);
            return [];
        }
    }

    private IdentityAppSetup OnDisk() => new() { Settings = { ["Intilery:Outbox:Path"] = Folder } };
}
