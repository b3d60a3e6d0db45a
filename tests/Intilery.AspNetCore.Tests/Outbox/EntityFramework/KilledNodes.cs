using System.Globalization;
using Intilery.AspNetCore.Node;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

/// <summary>Nodes that sign users up, deliver, and are killed at it, one after the other.</summary>
internal static class KilledNodes
{
    // More by the variable, where there is time for it.
    private static readonly string? _kills = Environment.GetEnvironmentVariable("INTILERY_TEST_KILLS");

    /// <summary>Asserts that there is one sign-up for each user whose row was committed, and none for anybody else.</summary>
    public static async Task KillAsync(TestDatabase database, string keys, int parallel, int usualKills)
    {
        var kills = _kills is null ? usualKills : int.Parse(_kills, CultureInfo.InvariantCulture);
        await using var db = Open(database, keys);
        await database.CreateTablesAsync(db);
        await using var api = await TrackingApi.StartAsync();
        for (var i = 0; i < kills; i++)
        {
            // Every other one delivers, and is killed at that too.
            using var node = await NodeProcess.StartAsync(database.ConnectionString, keys, api, load: parallel, delivers: i % 2 == 0);
            await node.WorkAsync(Random.Shared.Next(1, 150));
            await node.KillAsync();
        }

        using var last = await NodeProcess.StartAsync(database.ConnectionString, keys, api);
        var users = await UsersAsync(db);
        await api.SignedUpAsync(users.Count);
        await last.SignalAsync("TERM");
        await last.ExitAsync();

        // A batch in flight at a kill comes twice, under the same id.
        var signUps = api.Accepted.Where(call => call.Event == "Signed Up").DistinctBy(call => call.MessageId).Select(call => call.UserId!);
        Assert.Equal(users.Order(), signUps.Order());
        Assert.NotEmpty(users);
        TestContext.Current.SendDiagnosticMessage("{0} kills, {1} users with {2} keys", kills, users.Count, keys);
    }

    private static DbContext Open(TestDatabase database, string keys)
    {
        if (keys == "int")
        {
            var options = new DbContextOptionsBuilder<IntKeyNodeDb>();
            database.Configure(options);
            return new IntKeyNodeDb(options.Options);
        }
        else
        {
            var options = new DbContextOptionsBuilder<StringKeyNodeDb>();
            database.Configure(options);
            return new StringKeyNodeDb(options.Options);
        }
    }

    private static async Task<List<string>> UsersAsync(DbContext db) => db is IntKeyNodeDb ints
        ? [.. (await ints.Users.Select(user => user.Id).ToListAsync()).Select(id => id.ToString(CultureInfo.InvariantCulture))]
        : await ((StringKeyNodeDb)db).Users.Select(user => user.Id).ToListAsync();
}
