using Intilery.AspNetCore.Hosting;
using Intilery.AspNetCore.Node;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Processes;

/// <summary>
/// Two builds of the package on one outbox: this version, and one that writes a newer format. A deployment begins, is taken back, and is
/// made again.
/// </summary>
public sealed class RollingUpgradeTests(PostgresCluster cluster)
{
    private const int SignUps = 20;

    [Fact]
    public async Task In_the_applications_database_each_version_delivers_its_own_events_and_none_is_lost_on_the_way_back()
    {
        using var database = await TestDatabase.PostgresAsync(cluster);
        await AssertNoneIsLostAsync(database, "string", outboxPath: null, async api =>
        {
            await using var older = await SharedOutboxApp.StartAsync<StringKeyNodeDb>(
                database, createTables: false, settings: new() { ["BaseAddress"] = api.BaseAddress });
            await older.Services.GetRequiredService<OrphanWatch>().LookFirstAsync(TestContext.Current.CancellationToken);

            Assert.Contains(older.Log.Ours, line => line.Id == 314);
        });
    }

    [Fact]
    public async Task In_files_each_version_delivers_its_own_events_and_none_is_lost_on_the_way_back()
    {
        using var database = TestDatabase.Sqlite();
        using var folder = new SqliteFolder();
        await AssertNoneIsLostAsync(database, "embedded", folder.Path, _ => Task.CompletedTask);
    }

    private static async Task AssertNoneIsLostAsync(TestDatabase database, string keys, string? outboxPath, Func<TrackingApi, Task> assertSaidAsync)
    {
        var options = new DbContextOptionsBuilder<StringKeyNodeDb>();
        database.Configure(options);
        await using var db = new StringKeyNodeDb(options.Options);
        await database.CreateTablesAsync(db);
        await using var api = await TrackingApi.StartAsync();

        var ofOlder = await SignUpAsync(isNext: false);
        var ofNewer = await SignUpAsync(isNext: true);
        ofOlder.UnionWith(await SignUpAsync(isNext: false));
        await DeliverAsync(isNext: false, ofOlder.Count);
        Assert.Equal(ofOlder.Order(), SignedUp().Distinct().Order());
        await assertSaidAsync(api);

        await DeliverAsync(isNext: true, ofOlder.Count + ofNewer.Count);
        Assert.Equal(ofOlder.Union(ofNewer).Order(), SignedUp().Order());
        Assert.NotEmpty(ofNewer);

        // Returns the users that were committed meanwhile.
        async Task<HashSet<string>> SignUpAsync(bool isNext)
        {
            var before = await db.Users.Select(user => user.Id).ToListAsync(TestContext.Current.CancellationToken);
            using var node = await NodeProcess.StartAsync(database.ConnectionString, keys, api, load: 2, delivers: false, outboxPath: outboxPath, isNext: isNext);
            await node.WorkAsync(SignUps);
            await node.TerminateAsync();
            return [.. (await db.Users.Select(user => user.Id).ToListAsync(TestContext.Current.CancellationToken)).Except(before)];
        }

        async Task DeliverAsync(bool isNext, int users)
        {
            using var node = await NodeProcess.StartAsync(database.ConnectionString, keys, api, outboxPath: outboxPath, isNext: isNext);
            await api.SignedUpAsync(users);
            await node.TerminateAsync();
        }

        // A batch whose answer was late comes twice, under the same id.
        IEnumerable<string> SignedUp() => api.Accepted.Where(call => call.Event == "Signed Up").DistinctBy(call => call.MessageId).Select(call => call.UserId!);
    }
}
