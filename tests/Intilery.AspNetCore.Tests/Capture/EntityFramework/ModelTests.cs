using System.Globalization;
using Intilery.AspNetCore.Tests.Support;
using Intilery.AspNetCore.Tests.Support.Teams;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

/// <summary>Whatever an application's keys, classes, tables and contexts are, its users sign up, join and leave.</summary>
public sealed class ModelTests
{
    [Fact]
    public Task Text_keys() => KeysAsync<KeyedDb<string>, IdentityUser<string>, IdentityUserClaim<string>, string>(new IdentityUser<string> { Id = "peter" }, "peter");

    [Fact]
    public Task Guid_keys() => KeysAsync<KeyedDb<Guid>, IdentityUser<Guid>, IdentityUserClaim<Guid>, Guid>(
        new IdentityUser<Guid> { Id = new Guid("0F8FAD5B-D9CB-469F-A165-70867728950E") }, "0f8fad5b-d9cb-469f-a165-70867728950e");

    [Fact]
    public Task Generated_int_keys() => KeysAsync<KeyedDb<int>, IdentityUser<int>, IdentityUserClaim<int>, int>(new IdentityUser<int>(), "1");

    [Fact]
    public Task Generated_long_keys() => KeysAsync<KeyedDb<long>, IdentityUser<long>, IdentityUserClaim<long>, long>(new IdentityUser<long>(), "1");

    [Fact]
    public Task Keys_that_are_the_applications_own_structures() => KeysAsync<StructKeyDb, IdentityUser<UserKey>, IdentityUserClaim<UserKey>, UserKey>(
        new IdentityUser<UserKey> { Id = new UserKey(new Guid("0F8FAD5B-D9CB-469F-A165-70867728950E")) }, "0f8fad5b-d9cb-469f-a165-70867728950e");

    [Fact]
    public Task Classes_tables_and_columns_that_are_the_applications_own() =>
        KeysAsync<CustomDb, CustomDb.Person, CustomDb.PersonClaim, int>(new CustomDb.Person { GivenName = "Peter" }, "1");

    [Fact]
    public Task Users_without_roles_in_the_third_schema() =>
        KeysAsync<UsersOnlyDb, IdentityUser, IdentityUserClaim<string>, string>(new IdentityUser { Id = "peter" }, "peter");

    [Fact]
    public Task Users_of_a_kind_that_shares_its_table_with_others() => WithAppAsync<CustomDb>(async app =>
    {
        Assert.Equal(
            ["identify 1 a", "Signed Up 1 a", "Account Added User 1 a", "identify 2", "Signed Up 2"],
            await app.DoAsync(async db =>
            {
                db.Users.Add(new CustomDb.Contractor { UserName = "bob", TenantId = "a" });
                await db.SaveChangesAsync();
                db.Users.Add(new CustomDb.Person { UserName = "peter" });
                await db.SaveChangesAsync();
            }));
        Assert.Equal(
            ["Account Removed User 1 a"],
            await app.DoAsync(async db =>
            {
                db.Users.RemoveRange(await db.Users.ToListAsync());
                await db.SaveChangesAsync();
            }));
    });

    [Fact]
    public Task Users_without_claims() => WithAppAsync<BareUsersDb>(async app =>
    {
        Assert.Equal(
            ["identify peter", "Signed Up peter"],
            await app.DoAsync(async db =>
            {
                db.Users.Add(Work.NewUser("peter"));
                await db.SaveChangesAsync();
            }));
        Assert.Empty(await app.DoAsync(async db =>
        {
            db.Users.Remove(await db.Users.SingleAsync());
            await db.SaveChangesAsync();
        }));
    });

    [Fact]
    public Task A_user_with_a_passkey_signs_up_once() => WithAppAsync<UsersOnlyDb>(
        async app => Assert.Equal(
            ["identify peter", "Signed Up peter"],
            await app.DoAsync(async (_, context) =>
            {
                var users = context.RequestServices.GetRequiredService<UserManager<IdentityUser>>();
                var peter = new IdentityUser { Id = "peter", UserName = "peter" };
                Assert.True((await users.CreateAsync(peter)).Succeeded);
                var passkey = new UserPasskeyInfo([1], [2], DateTimeOffset.UnixEpoch, 0, null, true, false, false, [3], [4]);
                Assert.True((await users.AddOrUpdatePasskeyAsync(peter, passkey)).Succeeded);
                Assert.Single(await users.GetPasskeysAsync(peter));
            })),
        services => services.AddScoped<IUserStore<IdentityUser>>(provider => new UserOnlyStore<IdentityUser, UsersOnlyDb>(provider.GetRequiredService<UsersOnlyDb>())));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Contexts_that_see_the_same_change_in_one_request_tell_of_it_once(bool removes)
    {
        await using var app = await TeamsApp.StartAsync(builder => builder.MapMemberships<Seat>(seat => seat.UserId, seat => seat.TeamId));
        if (removes)
        {
            await app.GivenAsync(new Seat { UserId = "peter", TeamId = 7 });
            await app.App.WithScopeAsync(services => JoinAsync(services.GetRequiredService<AppDb>()));
            await app.App.WrittenAsync();
        }

        Assert.Equal(
            [removes ? "Account Removed User peter 7" : "Account Added User peter 7"],
            (await app.InRequestAsync(async (db, context) =>
            {
                if (removes)
                {
                    db.Seats.Remove(await db.Seats.SingleAsync());
                    context.Db().UserClaims.Remove(await context.Db().UserClaims.SingleAsync());
                    await context.Db().SaveChangesAsync();
                }
                else
                {
                    db.Seats.Add(new Seat { UserId = "peter", TeamId = 7 });
                    await JoinAsync(context.Db());
                }

                await db.SaveChangesAsync();
            })).Where(line => line.StartsWith("Account", StringComparison.Ordinal)));
    }

    private static async Task<int> JoinAsync(AppDb db)
    {
        db.Users.Add(Work.NewUser("peter"));
        db.UserClaims.Add(new IdentityUserClaim<string> { UserId = "peter", ClaimType = "tenant_id", ClaimValue = "7" });
        return await db.SaveChangesAsync();
    }

    private static Task KeysAsync<TContext, TUser, TClaim, TKey>(TUser user, string id)
        where TContext : DbContext
        where TUser : IdentityUser<TKey>
        where TClaim : IdentityUserClaim<TKey>, new()
        where TKey : IEquatable<TKey> => WithAppAsync<TContext>(async app =>
    {
        user.UserName = "peter";
        Assert.Equal(
            [$"identify {id} a", $"Signed Up {id} a", $"Account Added User {id} a"],
            await app.DoAsync(async db =>
            {
                db.Add(user);
                await db.SaveChangesAsync();
                db.Add(new TClaim { UserId = user.Id, ClaimType = "tenant_id", ClaimValue = "a" });
                db.Add(new TClaim { UserId = user.Id, ClaimType = "tenant_id", ClaimValue = "a" });
                await db.SaveChangesAsync();
            }));
        Assert.Empty(await app.DoAsync(async db =>
        {
            db.Remove(await db.Set<TClaim>().OrderBy(claim => claim.Id).FirstAsync());
            await db.SaveChangesAsync();
        }));
        Assert.Equal(
            [$"Account Removed User {id} a"],
            await app.DoAsync(async db =>
            {
                db.Remove(await db.Set<TUser>().SingleAsync());
                await db.SaveChangesAsync();
            }));
        Assert.DoesNotContain(app.App.Log.Ours, line => line.Exception is not null);
    });

    private static async Task WithAppAsync<TContext>(Func<Running<TContext>, Task> test, Action<IServiceCollection>? services = null)
        where TContext : DbContext
    {
        await using var connection = new SqliteConnection(string.Create(CultureInfo.InvariantCulture, $"Data Source=model-{Guid.NewGuid():N};Mode=Memory;Cache=Shared"));
        await connection.OpenAsync();
        var running = new Running<TContext>();
        await using var app = await Work.StartAsync(running.WorkAsync, new IdentityAppSetup
        {
            Services = all =>
            {
                all.AddDbContext<TContext>(options => options.UseSqlite(connection.ConnectionString));
                services?.Invoke(all);
            },
        });
        running.App = app;
        await app.WithScopeAsync(all => all.GetRequiredService<TContext>().Database.EnsureCreatedAsync());
        await test(running);
    }

    private sealed class Running<TContext>
        where TContext : DbContext
    {
        private Func<TContext, HttpContext, Task> _work = (_, _) => Task.CompletedTask;

        public IdentityApp App { get; set; } = null!;

        public Task WorkAsync(HttpContext context) => _work(context.RequestServices.GetRequiredService<TContext>(), context);

        public Task<IReadOnlyList<string>> DoAsync(Func<TContext, Task> work) => DoAsync((db, _) => work(db));

        public Task<IReadOnlyList<string>> DoAsync(Func<TContext, HttpContext, Task> work)
        {
            _work = work;
            return App.LinesOfAsync(() => Work.DoAsync(App));
        }
    }
}
