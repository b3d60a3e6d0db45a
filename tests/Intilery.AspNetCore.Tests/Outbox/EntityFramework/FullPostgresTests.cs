using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

/// <summary>PostgreSQL on a disk that is really full: where our tables are, or where the application's are too.</summary>
public sealed class FullPostgresTests(PostgresCluster cluster)
{
    private static readonly string[] _ours = ["IntileryOutboxIntents", "IntileryOutboxRows"];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_ours_have_no_room_the_application_saves_and_its_sign_up_is_recorded_once_there_is_some(bool inTransaction)
    {
        using var database = await TestDatabase.PostgresAsync(cluster);
        await using var disk = await PostgresDisk.MountAsync(database);
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(database);
        await disk.TakeAsync(_ours);
        var user = new IdentityUser("a");
        disk.Fill();

        await app.Clock.PassUntilAsync(app.RequestAsync<OutboxDb>(async db =>
        {
            await using var transaction = inTransaction ? await db.Database.BeginTransactionAsync() : null;
            db.Users.Add(user);
            Assert.Equal(1, await db.SaveChangesAsync(CancellationToken.None));
            await (transaction?.CommitAsync() ?? Task.CompletedTask);
        }));

        await app.RequestAsync<OutboxDb>(async db => Assert.Equal([user.Id], await db.Users.Select(saved => saved.Id).ToListAsync()));
        Assert.Empty(await app.SignUpsAsync());
        Assert.Contains(app.Log.Ours, line => line.Id == 330 && line.Exception!.Message.Contains("No space left on device (53100)", StringComparison.Ordinal));
        disk.Empty();
        while (await app.SignUpsAsync() is [])
        {
            await app.Clock.PassAsync(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));
        }

        Assert.Equal([user.Id], await app.SignUpsAsync());
        Assert.Equal(0, await app.IntentsAsync());
    }

    [Fact]
    public async Task Where_the_applications_have_no_room_either_its_save_fails_as_without_us_and_is_no_sign_up()
    {
        using var database = await TestDatabase.PostgresAsync(cluster);
        await using var disk = await PostgresDisk.MountAsync(database);
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(database);
        await disk.TakeAsync([.. _ours, "AspNetUsers"]);
        var options = new DbContextOptionsBuilder<OutboxDb>();
        database.Configure(options);
        await using var without = new OutboxDb(options.Options);
        disk.Fill();

        var expected = await FailAsync(without);
        Exception? failed = null;
        await app.RequestAsync<OutboxDb>(async db => failed = await FailAsync(db));

        Assert.Equal(PostgresErrorCodes.DiskFull, Assert.IsType<PostgresException>(failed!.GetBaseException()).SqlState);
        Assert.Equal((expected.Message, expected.InnerException!.Message), (failed.Message, failed.InnerException!.Message));
        disk.Empty();
        var user = new IdentityUser("b");
        await app.RequestAsync<OutboxDb>(async db =>
        {
            db.Users.Add(user);
            await db.SaveChangesAsync(CancellationToken.None);
        });
        Assert.Equal([user.Id], await app.SignUpsAsync());
    }

    private static Task<InvalidOperationException> FailAsync(OutboxDb db)
    {
        db.Users.Add(new IdentityUser("a"));
        return Assert.ThrowsAsync<InvalidOperationException>(() => db.SaveChangesAsync(CancellationToken.None));
    }
}
