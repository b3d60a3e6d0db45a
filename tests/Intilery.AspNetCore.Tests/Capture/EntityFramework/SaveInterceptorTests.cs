using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Tests.Support;
using Intilery.AspNetCore.Tests.Support.Teams;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using static Intilery.AspNetCore.Tests.Capture.EntityFramework.MappedTeams;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

/// <summary>What the application's own interceptors make of a save, which run after ours, is what the save sends to the database.</summary>
public sealed class SaveInterceptorTests
{
    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task What_an_interceptor_stamps_and_adds_counts(bool isSynchronous, bool detectsChanges)
    {
        await using var app = await StartAsync(new Onboarding());

        Assert.Equal(
            ["Account Added User milton 7", "Account Added User milton 8 as Owner", "Account Created milton 8", "Signed Up milton", "identify milton"],
            (await app.InRequestOfAsync("milton", async db =>
            {
                db.ChangeTracker.AutoDetectChangesEnabled = detectsChanges;
                db.Add(new TeamUser { Id = "milton", UserName = "milton", Email = "milton@initech.test" });
                _ = isSynchronous ? db.SaveChanges() : await db.SaveChangesAsync();
            })).Select(line => line.Replace("Up milton 7", "Up milton", StringComparison.Ordinal).Replace("identify milton 7", "identify milton", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal));

        var identify = (await app.App.RecordedAsync()).Single(call => call.ToString().StartsWith("identify", StringComparison.Ordinal));
        Assert.Null(identify.Call["traits"]?["email"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_save_that_an_interceptor_suppresses_is_nothing_and_the_next_one_counts(bool isSynchronous)
    {
        var suppression = new Suppression();
        await using var app = await StartAsync(suppression);

        Assert.Empty(await app.InRequestAsync(async db =>
        {
            db.Add(new TeamUser { Id = "milton", UserName = "milton" });
            db.Track(new InviteSent { UserId = "mary", InviteeEmail = "samir@example.com" });
            Assert.Equal(1, isSynchronous ? db.SaveChanges() : await db.SaveChangesAsync());
        }));
        suppression.IsOn = false;
        Assert.Equal(
            ["identify milton", "Signed Up milton"],
            await app.InRequestAsync(async db =>
            {
                db.Add(new TeamUser { Id = "milton", UserName = "milton" });
                await db.SaveChangesAsync();
            }));
    }

    [Fact]
    public async Task Change_tracking_proxies_are_captured_as_other_entities_are()
    {
        await using var keepAlive = new SqliteConnection($"Data Source=proxies-{Guid.NewGuid():N};Mode=Memory;Cache=Shared");
        await keepAlive.OpenAsync(TestContext.Current.CancellationToken);
        Func<ProxiesDb, Task> work = _ => Task.CompletedTask;
        await using var app = await Work.StartAsync(
            context => work(context.RequestServices.GetRequiredService<ProxiesDb>()),
            new IdentityAppSetup
            {
                Services = services => services.AddDbContext<ProxiesDb>(options => options.UseSqlite(keepAlive.ConnectionString).UseChangeTrackingProxies()),
            });
        await app.WithScopeAsync(services => services.GetRequiredService<ProxiesDb>().Database.EnsureCreatedAsync());

        Assert.Equal(["identify milton", "Signed Up milton"], await DoAsync(async db =>
        {
            db.Add(db.CreateProxy<IdentityUser>(user => (user.Id, user.UserName) = ("milton", "milton")));
            await db.SaveChangesAsync();
        }));
        Assert.Equal(["identify milton"], await DoAsync(async db =>
        {
            (await db.Users.SingleAsync()).PhoneNumber = "410-555-9412";
            await db.SaveChangesAsync();
        }));
        Assert.Equal(["Account Added User milton acct_1"], await DoAsync(async db =>
        {
            db.Add(db.CreateProxy<IdentityUserClaim<string>>(claim => (claim.UserId, claim.ClaimType, claim.ClaimValue) = ("milton", "tenant_id", "acct_1")));
            await db.SaveChangesAsync();
        }));
        Assert.Equal(["Account Added User milton acct_2", "Account Removed User milton acct_1"], await DoAsync(async db =>
        {
            (await db.UserClaims.SingleAsync()).ClaimValue = "acct_2";
            await db.SaveChangesAsync();
        }));
        Assert.Equal(["Account Removed User milton acct_2"], await DoAsync(async db =>
        {
            db.Remove(await db.Users.SingleAsync());
            await db.SaveChangesAsync();
        }));

        async Task<IReadOnlyList<string>> DoAsync(Func<ProxiesDb, Task> next)
        {
            work = next;
            await app.ForgetAsync();
            await Work.DoAsync(app);
            return await app.LinesAsync();
        }
    }

    private static async Task<TeamsApp> StartAsync(IInterceptor interceptor)
    {
        var app = await TeamsApp.StartAsync(
            builder =>
            {
                Members(builder);
                builder.MapAccounts<Team>(team => team.Id, team => team.Name);
            },
            database: options => options.AddInterceptors(interceptor));
        return app;
    }

    // Stamps the tenant, removes the e-mail address, and adds a team of which the new user is a member, as handlers of domain events do.
    private sealed class Onboarding : SaveChangesInterceptor
    {
        public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
        {
            foreach (var user in eventData.Context!.ChangeTracker.Entries<TeamUser>().Where(entry => entry.State == EntityState.Added).ToList())
            {
                user.Entity.OrganizationId = 7;
                user.Entity.Email = null;
                eventData.Context.Add(new Team { Id = 8, Name = "Initech" });
                eventData.Context.Add(Member(user.Entity.Id, 8, TeamRole.Owner));
            }

            return result;
        }

        public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
            DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) => new(SavingChanges(eventData, result));
    }

    private sealed class Suppression : SaveChangesInterceptor
    {
        public bool IsOn { get; set; } = true;

        public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result) =>
            IsOn ? InterceptionResult<int>.SuppressWithResult(1) : result;

        public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
            DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) => new(SavingChanges(eventData, result));
    }

    public class ProxiesDb(DbContextOptions<ProxiesDb> options) : IdentityDbContext<IdentityUser>(options);
}
