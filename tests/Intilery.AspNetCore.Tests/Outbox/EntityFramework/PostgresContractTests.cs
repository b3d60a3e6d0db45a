using System.Diagnostics;
using Intilery.AspNetCore.Tests.Support;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

public sealed class PostgresContractTests(PostgresCluster cluster) : EntityFrameworkOutboxStoreContract(() => TestDatabase.PostgresAsync(cluster))
{
    [Fact]
    public async Task A_commit_of_many_requests_is_one_command()
    {
        await Store.WriteAsync([.. Enumerable.Range(1, 50).Select(id => Write(Intent(id, $"u{id}")))]);
        using var test = new Activity("test").Start();
        var commands = 0;
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) => options.Parent.TraceId == test.TraceId ? ActivitySamplingResult.AllData : ActivitySamplingResult.None,
            ActivityStarted = activity =>
            {
                if (activity.TraceId == test.TraceId)
                {
                    Interlocked.Increment(ref commands);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);

        await Store.WriteAsync([
            .. Enumerable.Range(1, 50).Select(id => Commit(id, Row(1000 + (2 * id), $"u{id}", intentId: id), Row(1001 + (2 * id), $"u{id}"))),
            .. Enumerable.Range(1, 200).Select(id => Commit(Row(5000 + id)))]);

        Assert.Equal(1, commands);
        Assert.Equal(300, (await Store.IdsAsync()).Count);
        Assert.Equal(0, (await Store.GetStatusAsync(CancellationToken.None)).Intents);
    }
}
