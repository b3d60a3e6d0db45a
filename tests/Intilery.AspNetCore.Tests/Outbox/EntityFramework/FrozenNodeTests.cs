using System.Net;
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

public sealed class FrozenNodeTests(PostgresCluster cluster)
{
    [Fact]
    public async Task A_node_that_is_frozen_in_mid_batch_is_replaced_and_repeats_nothing_beyond_that_batch_when_it_wakes_up()
    {
        using var database = await TestDatabase.PostgresAsync(cluster);
        await using var api = await TrackingApi.StartAsync();
        using var recorder = await SharedOutboxNode.StartAsync(database, TimeProvider.System, createTables: true);
        var refusal = api.HoldNextAnswer(HttpStatusCode.ServiceUnavailable);

        using var first = await StartAsync(database, api);
        await RecordAsync(recorder, api, 1, 50);
        await refusal.Arrived;
        await first.SignalAsync("STOP");
        refusal.Give();
        using var second = await StartAsync(database, api);
        await RecordAsync(recorder, api, 51, 100);

        // Nobody but the second can have sent it: the first is frozen, with a request that was refused.
        var taken = await api.AcceptedAsync(100);
        Assert.Equal(Ids(1, 100), taken.Select(call => call.MessageId));

        await first.SignalAsync("CONT");
        await RecordAsync(recorder, api, 101, 150);
        await api.AcceptedAsync(150);

        // Handed over at once: the lease of a node that stops is free, not overdue.
        await second.SignalAsync("TERM");
        await second.ExitAsync();
        await RecordAsync(recorder, api, 151, 200);
        var all = await api.AcceptedAsync(200);

        Assert.Equal(Ids(1, 200), all.Select(call => call.MessageId));
        await first.SignalAsync("TERM");
        await first.ExitAsync();
    }

    [Fact]
    public async Task Of_three_nodes_one_is_killed_in_mid_batch_and_the_others_go_on_in_order()
    {
        using var database = await TestDatabase.PostgresAsync(cluster);
        await using var api = await TrackingApi.StartAsync();
        using var recorder = await SharedOutboxNode.StartAsync(database, TimeProvider.System, createTables: true);
        var refusal = api.HoldNextAnswer(HttpStatusCode.ServiceUnavailable);

        using var first = await StartAsync(database, api);
        await RecordAsync(recorder, api, 1, 50);
        await refusal.Arrived;
        // Until it is killed: a node that waits for the others to start asks for a late answer again.
        await first.SignalAsync("STOP");
        using var second = await StartAsync(database, api);
        using var third = await StartAsync(database, api);
        await first.SignalAsync("KILL");
        refusal.Give();
        await RecordAsync(recorder, api, 51, 100);

        Assert.Equal(Ids(1, 100), (await api.AcceptedAsync(100)).Select(call => call.MessageId));

        // Whichever of the two delivers hands over to the other.
        await second.SignalAsync("TERM");
        await second.ExitAsync();
        await RecordAsync(recorder, api, 101, 150);
        Assert.Equal(Ids(1, 150), (await api.AcceptedAsync(150)).Select(call => call.MessageId));
        await third.SignalAsync("TERM");
        await third.ExitAsync();
    }

    // An answer that is late is asked for again: here, where nothing may come twice, none is to be late because the machine is busy.
    private static Task<NodeProcess> StartAsync(TestDatabase database, TrackingApi api) =>
        NodeProcess.StartAsync(database.ConnectionString, "string", api, requestTimeout: 4);

    private static async Task RecordAsync(SharedOutboxNode recorder, TrackingApi api, int from, int to) => await recorder.Store.WriteAsync(
        OutboxSample.Commit([.. Enumerable.Range(from, to - from + 1)
            .Select(id => OutboxSample.Row(id) with { Destination = $"{api.BaseAddress}/track/acme/acme/ACME" })]));

    private static IEnumerable<string> Ids(int from, int to) => Enumerable.Range(from, to - from + 1).Select(id => $"m{id}");
}
