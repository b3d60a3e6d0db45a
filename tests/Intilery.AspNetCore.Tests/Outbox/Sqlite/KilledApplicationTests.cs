using Intilery.AspNetCore.Node;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Tests.Outbox.Sqlite;

/// <summary>Applications whose outbox is a file, and so no part of their transactions, killed while they sign users up.</summary>
public sealed class KilledApplicationTests(PostgresCluster cluster) : IDisposable
{
    private const int Parallel = 8;
    private const int Kills = 12;

    private readonly ScratchFolder _scratch = new();

    [Fact]
    public async Task Each_sign_up_whose_response_has_left_arrives_and_of_others_at_most_those_under_way_at_a_kill_are_missing()
    {
        using var database = await TestDatabase.PostgresAsync(cluster);
        var options = new DbContextOptionsBuilder<StringKeyNodeDb>();
        database.Configure(options);
        await using var db = new StringKeyNodeDb(options.Options);
        await database.CreateTablesAsync(db);
        await using var api = await TrackingApi.StartAsync();
        var answered = new HashSet<string>();
        for (var i = 0; i < Kills; i++)
        {
            using var node = await StartAsync(database, api, Parallel);
            answered.UnionWith(await node.WorkAsync(Random.Shared.Next(1, 150)));
            await node.KillAsync();
            answered.UnionWith(await node.RestAsync());
        }

        using var last = await StartAsync(database, api, load: 0);
        for (var seen = api.Accepted.Count; !answered.IsSubsetOf(SignedUp()); seen = api.Accepted.Count)
        {
            await api.AcceptedAsync(seen + 1);
        }

        await last.SignalAsync("TERM");
        await last.ExitAsync();
        var committed = (await db.Users.Select(user => user.Id).ToListAsync(TestContext.Current.CancellationToken)).ToHashSet();
        var missing = committed.Except(SignedUp()).Count();
        TestContext.Current.SendDiagnosticMessage("{0} of {1} committed users had no Signed Up after {2} kills", missing, committed.Count, Kills);
        Assert.InRange(missing, 0, Kills * Parallel);
        Assert.Subset(committed, SignedUp());

        HashSet<string> SignedUp() => [.. api.Accepted.Where(call => call.Event == "Signed Up").Select(call => call.UserId!)];
    }

    public void Dispose() => _scratch.Dispose();

    private Task<NodeProcess> StartAsync(TestDatabase database, TrackingApi api, int load) =>
        NodeProcess.StartAsync(database.ConnectionString, "embedded", api, load, outboxPath: _scratch.Combine("outbox"));
}
