using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Processes;

/// <summary>A process that is killed when Intilery has accepted a batch and answered, and the process has not read the end of the answer.</summary>
public sealed class UnacknowledgedBatchTests(PostgresCluster cluster)
{
    private const int Rows = 50;

    [Fact]
    public async Task On_PostgreSQL_the_next_node_sends_the_batch_again_under_the_same_ids()
    {
        using var database = await TestDatabase.PostgresAsync(cluster);
        await using var api = await TrackingApi.StartAsync();
        using var recorder = await SharedOutboxNode.StartAsync(database, TimeProvider.System, createTables: true);
        await RecordAsync(recorder.Store, api);

        // The next node waits three times as long for the lease of the one that was killed.
        await AssertSentAgainAsync(api, () => NodeProcess.StartAsync(database.ConnectionString, "string", api, requestTimeout: 1));
    }

    [Fact]
    public async Task From_a_file_the_next_process_sends_the_batch_again_under_the_same_ids()
    {
        using var database = TestDatabase.Sqlite();
        using var folder = new SqliteFolder();
        await using var api = await TrackingApi.StartAsync();
        using (var recorder = folder.Open())
        {
            await RecordAsync(recorder, api);
        }

        await AssertSentAgainAsync(api, () => NodeProcess.StartAsync(database.ConnectionString, "embedded", api, requestTimeout: 10, outboxPath: folder.Path));
    }

    private static async Task AssertSentAgainAsync(TrackingApi api, Func<Task<NodeProcess>> startAsync)
    {
        var answer = api.AcceptWithoutEnd();
        using (var killed = await startAsync())
        {
            await answer.Arrived;
            await killed.FreezeAsync();
            await answer.GiveAsync();
            await killed.KillAsync();
        }

        var before = api.Accepted;
        using var next = await startAsync();
        await api.AcceptedAsync(before.Count + Rows);
        await next.TerminateAsync();

        Assert.Equal(Ids(), Sent(before));
        Assert.Equal(Ids(), Sent(api.Accepted.Skip(before.Count)));
    }

    // A machine that is too busy to answer in time is sent it once more.
    private static IEnumerable<string> Sent(IEnumerable<ReceivedCall> calls) => calls.Select(call => call.MessageId!).Distinct();

    private static async Task RecordAsync(IOutboxStore store, TrackingApi api) => await store.WriteAsync(
        OutboxSample.Commit([.. Enumerable.Range(1, Rows).Select(id => OutboxSample.Row(id) with { Destination = $"{api.BaseAddress}/track/acme/acme/ACME" })]));

    private static IEnumerable<string> Ids() => Enumerable.Range(1, Rows).Select(id => $"m{id}");
}
