using Intilery.AspNetCore.Commands;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

/// <summary>PostgreSQL that is away for a while, or hangs.</summary>
public sealed class UnreachableDatabaseTests(PostgresCluster cluster)
{
    [Theory]
    [InlineData(null, HealthStatus.Degraded)]
    [InlineData(HealthStatus.Unhealthy, HealthStatus.Unhealthy)]
    public async Task While_the_database_refuses_connections_nothing_is_lost_and_the_advice_is_of_connections(HealthStatus? asked, HealthStatus expected)
    {
        await using var proxy = new TcpProxy();
        using var database = await TestDatabase.PostgresAsync(cluster, proxy);
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(database, services => services.AddHealthChecks().AddIntilery(failureStatus: asked));
        await app.RequestAsync(context => SignUpAsync(context.RequestServices));
        await proxy.CloseAsync();
        var recorded = Task.WhenAll(Enumerable.Range(1, 5).Select(_ => RecordAsync(app)));
        await app.Clock.PassAsync(TimeSpan.FromMilliseconds(100));
        await app.Clock.PassAsync(TimeSpan.FromMilliseconds(200));
        await app.BeatAsync();

        var away = await app.HealthAsync();
        proxy.Open();
        await app.Clock.PassUntilAsync(Task.WhenAll(recorded, app.Services.GetRequiredService<OutboxWriter>().WrittenAsync(TestContext.Current.CancellationToken)));
        await app.BeatAsync();

        Assert.Equal(expected, away.Status);
        Assert.StartsWith("The outbox in the database of OutboxDb cannot be used (Connection refused", away.Description, StringComparison.Ordinal);
        Assert.Contains("The database cannot be reached. Check that it runs, the connection string, and the network.", away.Description, StringComparison.Ordinal);
        Assert.DoesNotContain("dotnet ef", away.Description, StringComparison.Ordinal);
        Assert.Contains(app.Log.Ours, line => line.Id == 330);
        Assert.DoesNotContain(app.Log.Ours, line => line.Message.Contains("dotnet ef", StringComparison.Ordinal) || line.Id is 300 or 310 or 311);
        Assert.Equal(5, (await app.EventsAsync()).Count(call => call == "Signed In u1"));
        Assert.Equal(HealthStatus.Healthy, (await app.HealthAsync()).Status);
    }

    [Theory]
    [InlineData(null, HealthStatus.Degraded)]
    [InlineData(HealthStatus.Unhealthy, HealthStatus.Unhealthy)]
    public async Task A_database_that_hangs_does_not_hang_the_check_which_says_what_waited_when_it_last_answered(HealthStatus? asked, HealthStatus expected)
    {
        using var database = await TestDatabase.PostgresAsync(cluster);
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(database, services => services.AddHealthChecks().AddIntilery(failureStatus: asked));
        await RecordAsync(app);
        var before = await app.HealthAsync();
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var command = new NpgsqlCommand("""LOCK TABLE "IntileryOutboxRows" IN ACCESS EXCLUSIVE MODE""", connection, transaction))
        {
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var first = app.HealthAsync();
        await app.Clock.PassAsync(OutboxInspection.Patience);
        var second = app.HealthAsync();
        await app.Clock.PassAsync(OutboxInspection.Patience);
        var (hung, again) = (await first, await second);
        await transaction.RollbackAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1L, before.Data["backlog"]);
        Assert.Equal((expected, expected), (hung.Status, again.Status));
        Assert.Matches("^The outbox did not answer within 2 seconds: OutboxDb .* At .*Z, 1 event waits\\.", hung.Description);
        Assert.Equal(1L, hung.Data["backlog"]);
        Assert.Equal(HealthStatus.Healthy, (await app.HealthAsync()).Status);
    }

    private static async Task RecordAsync(SharedOutboxApp app)
    {
        var row = OutboxSample.Row(app.Services.GetRequiredService<RowIdSequence>().Next()) with
        {
            Destination = app.Services.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue.Destination,
        };
        await app.Services.GetRequiredService<IOutboxAppender>().CommitAsync(new OutboxCommit([], [row]), CancellationToken.None);
    }

    private static async Task SignUpAsync(IServiceProvider services)
    {
        var db = services.GetRequiredService<OutboxDb>();
        db.Users.Add(new IdentityUser("a"));
        await db.SaveChangesAsync(CancellationToken.None);
    }
}
