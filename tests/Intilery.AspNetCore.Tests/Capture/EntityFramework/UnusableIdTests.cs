using System.Diagnostics.Metrics;
using System.Security.Claims;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

/// <summary>Keys of the application's own that can be no id: their events are refused with a reason, and everybody else's go on.</summary>
public sealed class UnusableIdTests(PostgresCluster cluster)
{
    private const string AtItsEnds = "must not begin or end with white space";

    public static TheoryData<string, string> Ids => new()
    {
        { new string('x', 451), "must not be longer than 450 characters, but has 451" },
        { "peter ", AtItsEnds },
        { "\u00a0peter", AtItsEnds },
        { "pe\u0001ter", "must not contain control characters, but has U+0001 at 2" },
    };

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task A_user_with_such_a_key_is_no_sign_up_for_a_reason_and_the_next_one_is(string id, string fault)
    {
        using var database = TestDatabase.Sqlite();
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(database);
        using var measurements = new Measurements(app.Services.GetRequiredService<IMeterFactory>());
        var (user, mary) = (new IdentityUser("peter") { Id = id }, new IdentityUser("mary"));

        await SaveAsync(app, user);
        await SaveAsync(app, mary);

        Assert.Equal([mary.Id], await app.SignUpsAsync());
        Assert.Equal(0, await app.IntentsAsync());
        Assert.Contains((1d, "intilery.reason=invalid-id"), measurements.Of("intilery.facts.suppressed"));
        Assert.Contains(
            app.Log.Ours,
            line => (line.Id, line.Level, line.Message) == (103, LogLevel.Warning, $"Signed Up was not tracked: UserId {fault}. Ids are sent unchanged, or not at all."));
        Assert.DoesNotContain(app.Log.Ours, line => line.Level == LogLevel.Error);
    }

    [Fact]
    public async Task A_membership_in_an_account_with_such_an_id_is_none_for_a_reason()
    {
        using var database = TestDatabase.Sqlite();
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(database);
        var user = new IdentityUser("peter");

        await app.RequestAsync<OutboxDb>(async db =>
        {
            db.Users.Add(user);
            db.UserClaims.Add(new IdentityUserClaim<string> { UserId = user.Id, ClaimType = "tenant_id", ClaimValue = "acme " });
            await db.SaveChangesAsync(CancellationToken.None);
        });

        Assert.Equal([$"identify {user.Id}", $"Signed Up {user.Id}"], await app.EventsAsync());
        Assert.Contains(app.Log.Ours, line => line.Id == 103 && line.Message.StartsWith($"Account Added User was not tracked: GroupId {AtItsEnds}.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_sign_in_and_a_sign_out_by_such_an_id_are_none_for_a_reason()
    {
        using var database = TestDatabase.Sqlite();
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(database);
        using var measurements = new Measurements(app.Services.GetRequiredService<IMeterFactory>());

        await app.RequestAsync(context => context.SignInAsync(IdentityConstants.ApplicationScheme, Principal("peter ", "acme")));

        Assert.Empty(await app.EventsAsync());
        Assert.Contains((1d, "intilery.reason=invalid-id"), measurements.Of("intilery.facts.suppressed"));
        Assert.Contains(
            app.Log.Ours, line => line.Id == 103 && line.Message.StartsWith($"Signed In was not tracked: the claim of the user's id {AtItsEnds}.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_sign_in_to_a_tenant_with_such_an_id_goes_without_it_for_a_reason()
    {
        using var database = TestDatabase.Sqlite();
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(database);
        using var measurements = new Measurements(app.Services.GetRequiredService<IMeterFactory>());

        await app.RequestAsync(context => context.SignInAsync(IdentityConstants.ApplicationScheme, Principal("peter", "acme\t")));

        Assert.Equal(["identify peter", "Signed In peter"], await app.EventsAsync());
        Assert.Contains((1d, "intilery.reason=invalid-id"), measurements.Of("intilery.facts.suppressed"));
    }

    [Fact]
    public async Task In_a_transaction_of_the_application_s_on_PostgreSQL_such_a_key_stops_nobody_s_events()
    {
        using var database = await TestDatabase.PostgresAsync(cluster);
        await using var app = await SharedOutboxApp.StartAsync<OutboxDb>(database);
        await database.ExecuteAsync("""ALTER TABLE "AspNetUsers" ALTER COLUMN "Id" TYPE varchar(600)""");
        var (user, mary) = (new IdentityUser("peter") { Id = new string('x', 500) }, new IdentityUser("mary"));

        await app.RequestAsync<OutboxDb>(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Users.Add(user);
            await db.SaveChangesAsync(CancellationToken.None);
            db.Users.Add(mary);
            await db.SaveChangesAsync(CancellationToken.None);
            await transaction.CommitAsync();
        });

        Assert.Equal([mary.Id], await app.SignUpsAsync());
        Assert.DoesNotContain(app.Log.Ours, line => line.Level == LogLevel.Error);
    }

    private static Task SaveAsync(SharedOutboxApp app, IdentityUser user) => app.RequestAsync<OutboxDb>(async db =>
    {
        db.Users.Add(user);
        await db.SaveChangesAsync(CancellationToken.None);
    });

    private static ClaimsPrincipal Principal(string id, string tenant) =>
        new(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, id), new Claim("tenant_id", tenant), new Claim("amr", "pwd")], "Identity"));
}
