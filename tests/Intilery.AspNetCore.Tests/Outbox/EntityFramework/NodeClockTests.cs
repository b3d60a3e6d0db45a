using Intilery.AspNetCore.Tests.Support;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

/// <summary>Nodes whose clocks disagree by an hour, on one database.</summary>
public sealed class NodeClockTests(PostgresCluster cluster, MariaDbServer server) : IDisposable
{
    private readonly SteppedClock _clockA = new();
    private readonly SteppedClock _clockB = new();
    private TestDatabase? _database;

    [Theory]
    [InlineData(false, 1)]
    [InlineData(false, -1)]
    [InlineData(true, 1)]
    [InlineData(true, -1)]
    public async Task What_is_recovered_keeps_its_place_between_what_its_user_did_before_and_later_on_another_node(bool onMariaDb, int hours)
    {
        _database = onMariaDb ? await TestDatabase.MariaDbAsync(server) : await TestDatabase.PostgresAsync(cluster);
        _clockA.Step = TimeSpan.FromHours(hours);
        using var a = await SharedOutboxNode.StartAsync(_database, _clockA, createTables: true);
        using var b = await SharedOutboxNode.StartAsync(_database, _clockB);
        await a.Heartbeat.BeatAsync(CancellationToken.None);
        await b.Heartbeat.BeatAsync(CancellationToken.None);
        var before = b.Ids.Next();
        await b.Store.WriteAsync(Commit(Row(before)));
        var intent = NextAfterASecond(a);
        await a.Store.WriteAsync(Write(Intent(intent)));
        var later = NextAfterASecond(b);
        await b.Store.WriteAsync(Commit(Row(later)));

        await a.Heartbeat.LeaveAsync(CancellationToken.None);
        await b.Heartbeat.BeatAsync(CancellationToken.None);
        Assert.Equal([intent], (await b.Store.ReadOrphanedIntentsAsync(CancellationToken.None)).Select(orphan => orphan.Id));
        var recovered = NextAfterASecond(b);
        await b.Store.WriteAsync(Commit(intent, Row(recovered, intentId: intent)));

        Assert.Equal([before, recovered, later], await b.Store.IdsAsync());
    }

    [Fact]
    public async Task A_wall_clock_that_is_set_between_two_beats_changes_no_order()
    {
        _database = await TestDatabase.PostgresAsync(cluster);
        using var node = await SharedOutboxNode.StartAsync(_database, _clockA, createTables: true);
        await node.Heartbeat.BeatAsync(CancellationToken.None);
        var before = Intilery.AspNetCore.Outbox.RowIdSequence.TimeOf(node.Ids.Next());

        _clockA.Step = TimeSpan.FromHours(1);
        _clockA.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(TimeSpan.FromSeconds(1), Intilery.AspNetCore.Outbox.RowIdSequence.TimeOf(node.Ids.Next()) - before);
    }

    public void Dispose() => _database?.Dispose();

    private long NextAfterASecond(SharedOutboxNode node)
    {
        _clockA.Advance(TimeSpan.FromSeconds(1));
        _clockB.Advance(TimeSpan.FromSeconds(1));
        return node.Ids.Next();
    }
}
