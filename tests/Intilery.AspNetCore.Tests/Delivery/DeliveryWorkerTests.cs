using Intilery.AspNetCore.Delivery;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Memory;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Delivery;

public sealed class DeliveryWorkerTests
{
    [Fact]
    public async Task Options_that_change_between_reading_and_sending_do_not_reroute_what_was_read()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var other = await TrackingApi.StartAsync();
        var here = new DeliverySettings($"{api.BaseAddress}/track/acme/acme/ACME", TrackingApi.Token, TimeSpan.FromSeconds(10));
        var there = new DeliverySettings($"{other.BaseAddress}/track/acme/acme/ACME", TrackingApi.Token, TimeSpan.FromSeconds(10));
        var readings = new Queue<DeliverySettings>([here, there, there, there]);
        using var diagnostics = new TestDiagnostics(TimeProvider.System);
        using var store = new MemoryOutboxStore(100);
        using var signal = new OutboxSignal();
        await store.WriteAsync(Commit(Row(1) with { Destination = here.Destination }));
        using var services = new ServiceCollection().BuildServiceProvider();
        using var http = new DeliveryHttpClient(services.GetRequiredService<IServiceScopeFactory>(), []);
        var client = new TrackingApiClient(http, TimeProvider.System);
        var said = new DeliveryDiagnostics(diagnostics.Diagnostics, TimeProvider.System);
        using var rate = new RequestRate(100, 500, TimeProvider.System);
        var delivery = new BatchDelivery(store, new BatchSender(client, rate, said), new Backoff(() => 0), new DeliveryState(), said);
        var target = new DeliveryTarget(() => readings.Count > 1 ? readings.Dequeue() : there, _ => null, TimeProvider.System);
        var worker = new DeliveryWorker(signal, delivery, target, said, new SoleOwner());

        await worker.DrainAsync(isKept: true, TestContext.Current.CancellationToken);

        Assert.Single(api.Accepted);
        Assert.Empty(other.Requests);
    }
}
