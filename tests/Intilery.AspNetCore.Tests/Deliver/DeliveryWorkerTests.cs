using Intilery.AspNetCore.Deliver;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Deliver;

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
        await store.WriteAsync(Settle(Row(1) with { Destination = here.Destination }));
        using var services = new ServiceCollection().AddHttpClient().BuildServiceProvider();
        var client = new TrackingApiClient(services.GetRequiredService<IHttpClientFactory>(), TimeProvider.System);
        var said = new DeliveryDiagnostics(diagnostics.Diagnostics, TimeProvider.System);
        var worker = new DeliveryWorker(
            store, signal, new BatchDelivery(store, client, new Backoff(() => 0), said), () => readings.Count > 1 ? readings.Dequeue() : there, said, new SoleOwner());

        await worker.DrainAsync(TestContext.Current.CancellationToken);

        Assert.Single(api.Accepted);
        Assert.Empty(other.Requests);
    }
}
