using System.Security.Claims;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

public sealed class UnwritableDatabaseTests(PostgresCluster cluster)
{
    private const string AnySize = "PRAGMA max_page_count = 1073741823";

    [Theory]
    [InlineData("PRAGMA query_only = 1", "PRAGMA query_only = 0")]
    [InlineData("PRAGMA max_page_count = 1", AnySize)]
    public async Task While_SQLite_is_read_only_or_full_requests_end_as_they_would_without_us_and_all_heals(string begin, string end)
    {
        using var database = TestDatabase.Sqlite();
        await EndsAsWithoutUsAsync(database, new DatabaseFault(begin, end));
    }

    [Fact]
    public async Task While_PostgreSQL_is_read_only_requests_end_as_they_would_without_us_and_all_heals()
    {
        using var database = await TestDatabase.PostgresAsync(cluster);
        await EndsAsWithoutUsAsync(database, new DatabaseFault("SET default_transaction_read_only = on", "SET default_transaction_read_only = off"));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public async Task A_disk_that_is_full_just_when_sign_ups_are_noted_undoes_nothing_of_the_applications(int users, bool inTransaction)
    {
        using var database = TestDatabase.Sqlite();
        var (full, healed) = (new FullAfterInsert("AspNetUsers"), new DatabaseFault(AnySize, AnySize));
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(database, options: options => options.AddInterceptors(full, healed));

        // Three that leave no room for a fourth on their page.
        await app.RequestAsync<OutboxDb>(async db =>
        {
            for (var id = 1; id <= 3; id++)
            {
                await db.Database.ExecuteSqlAsync(
                    $"INSERT INTO IntileryOutboxIntents (Id, Format, Owner, Scope, UserId, Payload) VALUES ({id}, 1, 'them', 's', 'u', zeroblob(1300))", TestContext.Current.CancellationToken);
            }
        });
        IdentityUser[] added = [.. Enumerable.Range(1, users).Select(number => new IdentityUser($"user{number}") { Id = $"user-{number}" })];
        string[] ids = [.. added.Select(user => user.Id)];
        full.IsOn = true;

        await app.RequestAsync<OutboxDb>(async db =>
        {
            await using var transaction = inTransaction ? await db.Database.BeginTransactionAsync() : null;
            db.Users.AddRange(added);
            Assert.Equal(users, await db.SaveChangesAsync(CancellationToken.None));
            if (transaction is not null)
            {
                await transaction.CommitAsync();
            }
        });

        full.IsOn = false;
        await app.RequestAsync<OutboxDb>(async db => Assert.Equal(ids, await db.Users.Select(saved => saved.Id).Order().ToListAsync()));
        Assert.Contains(app.Log.Ours, line => line.Id == 330);
        Assert.Equal(ids, (await app.SignUpsAsync()).Order(StringComparer.Ordinal));
    }

    private static async Task EndsAsWithoutUsAsync(TestDatabase database, DatabaseFault fault)
    {
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(
            database, services => services.AddHealthChecks().AddIntilery(), options => options.AddInterceptors(fault));
        var options = new DbContextOptionsBuilder<OutboxDb>();
        database.Configure(options);
        fault.IsOn = true;

        // From here on it is known: until then a save has a transaction of its own, whose beginning may be what fails.
        await app.BeatAsync();
        await using var without = new OutboxDb(options.AddInterceptors(fault).Options);
        var expected = await SaveAsync(without);

        Exception? saved = null;
        await PassAsync(app, app.RequestAsync<OutboxDb>(async db => saved = await SaveAsync(db)));
        await PassAsync(app, app.RequestAsync(context => context.SignInAsync(IdentityConstants.ApplicationScheme, new ClaimsPrincipal(new ClaimsIdentity(
            [new Claim(ClaimTypes.NameIdentifier, "peter"), new Claim("amr", "pwd")], "Identity")))));

        Assert.Equal((expected.GetType(), expected.GetBaseException().Message), (saved!.GetType(), saved.GetBaseException().Message));

        fault.IsOn = false;
        await app.BeatAsync();
        var mary = new IdentityUser("mary");
        await PassAsync(app, app.RequestAsync<OutboxDb>(async db =>
        {
            db.Users.Add(mary);
            await db.SaveChangesAsync(CancellationToken.None);
        }));
        while (await app.EventsAsync() is { Count: < 4 })
        {
            await app.Clock.PassAsync(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5));
        }

        Assert.Equal(["identify peter", "Signed In peter", $"identify {mary.Id}", $"Signed Up {mary.Id}"], await app.EventsAsync());
        Assert.NotEqual(HealthStatus.Unhealthy, (await app.HealthAsync()).Status);
    }

    // Too large for what is left of any page.
    private static Task<Exception> SaveAsync(OutboxDb db)
    {
        db.Users.Add(new IdentityUser("a") { SecurityStamp = new string('a', 100_000) });
        return Assert.ThrowsAnyAsync<Exception>(() => db.SaveChangesAsync(CancellationToken.None));
    }

    private static Task PassAsync(SharedOutboxApp app, Task request) => app.Clock.PassUntilAsync(request);
}
