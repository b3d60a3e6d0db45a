using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

public sealed class MissingTablesTests : IDisposable
{
    private static readonly string[] _tables = ["IntileryOutboxRows", "IntileryOutboxIntents", "IntileryOutboxDeadLetters", "IntileryOutboxNodes"];

    private readonly TestDatabase _database = TestDatabase.Sqlite();

    [Fact]
    public async Task A_model_without_the_outbox_stops_the_start_with_the_two_lines_and_the_command()
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => SharedOutboxApp.StartAsync<PlainDb>(_database));

        Assert.Contains("modelBuilder.AddIntileryOutbox();", exception.Message, StringComparison.Ordinal);
        Assert.Contains("builder.Services.AddIntilery().UseEntityFrameworkOutbox<PlainDb>();", exception.Message, StringComparison.Ordinal);
        Assert.Contains("dotnet ef migrations add AddIntileryOutbox --context PlainDb", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_not_migrated_yet_stops_no_sign_up_and_heals_when_it_is()
    {
        // The users' tables are there, the outbox's are not: the code came before its migration.
        await using (var before = await SharedOutboxApp.StartAsync<OutboxDb>(_database))
        {
            await DropAsync(before);
        }

        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(_database, createTables: false);
        var user = new IdentityUser("a");
        var request = app.RequestAsync<OutboxDb>(async db =>
        {
            db.Users.Add(user);
            await db.SaveChangesAsync(CancellationToken.None);
        });
        await app.Clock.PassAsync(TimeSpan.FromSeconds(45));
        await request;

        // Delivery, the trial clock, the recovery and the writer fail for the same reason: one line, with one stack, is enough.
        var error = Assert.Single(app.Log.Ours, line => line.Level >= LogLevel.Error || line.Exception is not null);
        Assert.Contains("dotnet ef database update --context OutboxDb", error.Message, StringComparison.Ordinal);

        await RestoreAsync(app);
        while (await app.SignUpsAsync() is [])
        {
            await app.Clock.PassAsync(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));
        }

        await app.BeatAsync();
        Assert.Equal([user.Id], await app.SignUpsAsync());
        Assert.Contains(app.Log.Ours, line => line.Id == 331);
    }

    [Fact]
    public async Task While_the_tables_are_missing_the_health_check_repeats_what_to_run()
    {
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(_database, services => services.AddHealthChecks().AddIntilery());
        var before = await app.HealthAsync();
        await DropAsync(app);
        await app.BeatAsync();

        var missing = await app.HealthAsync();
        await RestoreAsync(app);
        await app.BeatAsync();

        Assert.Equal(HealthStatus.Healthy, before.Status);
        Assert.Equal(HealthStatus.Degraded, missing.Status);
        Assert.Equal(
            "The outbox in the database of OutboxDb cannot be used (SQLite Error 1: 'no such table: IntileryOutboxRows'). Its tables, or columns of them, are missing. "
            + "Run: dotnet ef migrations add AddIntileryOutbox --context OutboxDb && dotnet ef database update --context OutboxDb. Events wait in memory until then.",
            missing.Description);
        Assert.Equal(HealthStatus.Healthy, (await app.HealthAsync()).Status);
    }

    [Theory]
    [InlineData("attempt to write a readonly database")]
    [InlineData("database or disk is full")]
    public async Task Tables_that_take_nothing_while_requests_run_fail_none_of_them_and_heal(string fault)
    {
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(_database);
        foreach (var table in _tables)
        {
            await ExecuteAsync(app, $"CREATE TRIGGER \"no {table}\" BEFORE INSERT ON \"{table}\" BEGIN SELECT RAISE(ABORT, '{fault}'); END");
        }

        var user = new IdentityUser("a");
        var request = app.RequestAsync<OutboxDb>(async db =>
        {
            db.Users.Add(user);
            Assert.Equal(1, await db.SaveChangesAsync(CancellationToken.None));
        });
        await app.Clock.PassAsync(TimeSpan.FromSeconds(45));
        await request;
        Assert.Empty(await app.SignUpsAsync());
        Assert.Contains(app.Log.Ours, line => line.Level == LogLevel.Error);

        foreach (var table in _tables)
        {
            await ExecuteAsync(app, $"DROP TRIGGER \"no {table}\"");
        }

        while (await app.SignUpsAsync() is [])
        {
            await app.Clock.PassAsync(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));
        }

        Assert.Equal([user.Id], await app.SignUpsAsync());
    }

    public void Dispose() => _database.Dispose();

    private static async Task DropAsync(SharedOutboxApp app)
    {
        foreach (var table in _tables)
        {
            await ExecuteAsync(app, $"ALTER TABLE \"{table}\" RENAME TO \"later {table}\"");
        }
    }

    private static async Task RestoreAsync(SharedOutboxApp app)
    {
        foreach (var table in _tables)
        {
            await ExecuteAsync(app, $"ALTER TABLE \"later {table}\" RENAME TO \"{table}\"");
        }
    }

    private static async Task ExecuteAsync(SharedOutboxApp app, string sql)
    {
        using var scope = app.Services.CreateScope();
        await scope.ServiceProvider.GetRequiredService<OutboxDb>().Database.ExecuteSqlRawAsync(sql);
    }
}
