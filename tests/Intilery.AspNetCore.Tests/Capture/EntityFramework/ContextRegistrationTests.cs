using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

public sealed class ContextRegistrationTests
{
    public static TheoryData<string> Registrations => ["AddDbContext", "AddDbContextPool", "AddDbContextFactory", "AddPooledDbContextFactory"];

    [Theory]
    [MemberData(nameof(Registrations))]
    public Task A_context_is_watched_however_it_is_registered(string registration) => SavesAreSeenAsync(registration);

    [Theory]
    [InlineData("AddDbContext")]
    [InlineData("AddDbContextPool")]
    public async Task A_context_whose_internal_services_are_the_applications_own_is_watched_from_the_first_one_on(string registration)
    {
        await using var own = new ServiceCollection().AddEntityFrameworkSqlite().BuildServiceProvider();
        await SavesAreSeenAsync(registration, options => options.UseInternalServiceProvider(own));
    }

    [Fact]
    public async Task A_guid_key_is_written_as_identity_writes_it()
    {
        var id = new Guid("0F8FAD5B-D9CB-469F-A165-70867728950E");
        await WithAppAsync<Guid>(
            "AddDbContext",
            context => SaveAsync(context, new IdentityUser<Guid> { Id = id, UserName = "peter" }),
            async app =>
            {
                await Work.DoAsync(app);

                Assert.Equal(
                    ["identify 0f8fad5b-d9cb-469f-a165-70867728950e", "Signed Up 0f8fad5b-d9cb-469f-a165-70867728950e"], await app.LinesAsync());
            });
    }

    [Fact]
    public async Task An_integer_key_of_a_claim_is_its_users()
    {
        await WithAppAsync<int>(
            "AddDbContext",
            async context =>
            {
                var db = await ContextAsync<int>(context);
                await using var transaction = await db.Database.BeginTransactionAsync(context.RequestAborted);
                var peter = new IdentityUser<int> { UserName = "peter" };
                db.Users.Add(peter);
                await db.SaveChangesAsync(context.RequestAborted);
                db.UserClaims.Add(new IdentityUserClaim<int> { UserId = peter.Id, ClaimType = "tenant_id", ClaimValue = "acct_123" });
                await db.SaveChangesAsync(context.RequestAborted);
                await transaction.CommitAsync(context.RequestAborted);
            },
            async app =>
            {
                await Work.DoAsync(app);

                Assert.Equal(["identify 1 acct_123", "Signed Up 1 acct_123", "Account Added User 1 acct_123"], await app.LinesAsync());
            });
    }

    private static Task SavesAreSeenAsync(string registration, Action<DbContextOptionsBuilder>? configure = null) => WithAppAsync<int>(
        registration,
        context => SaveAsync(context, new IdentityUser<int> { UserName = "peter" }),
        async app =>
        {
            await Work.DoAsync(app);
            await Work.DoAsync(app);

            // The database makes these keys: a temporary one would be negative.
            Assert.Equal(["identify 1", "Signed Up 1", "identify 2", "Signed Up 2"], await app.LinesAsync());
        },
        configure);

    private static async Task WithAppAsync<TKey>(
        string registration, Func<HttpContext, Task> work, Func<IdentityApp, Task> test, Action<DbContextOptionsBuilder>? configure = null)
        where TKey : IEquatable<TKey>
    {
        await using var connection = new SqliteConnection("Data Source=:memory:");
        await connection.OpenAsync();
        await using var app = await Work.StartAsync(
            work, new IdentityAppSetup { Services = services => Register<TKey>(services, registration, Configure) });
        await using (var scope = app.Services.CreateAsyncScope())
        {
            await using var db = await ContextAsync<TKey>(new DefaultHttpContext { RequestServices = scope.ServiceProvider });
            await db.Database.EnsureCreatedAsync();
        }

        await test(app);

        void Configure(DbContextOptionsBuilder options)
        {
            options.UseSqlite(connection);
            configure?.Invoke(options);
        }
    }

    private static void Register<TKey>(IServiceCollection services, string registration, Action<DbContextOptionsBuilder> configure)
        where TKey : IEquatable<TKey> => _ = registration switch
    {
        "AddDbContext" => services.AddDbContext<KeyedDb<TKey>>(configure),
        "AddDbContextPool" => services.AddDbContextPool<KeyedDb<TKey>>(configure),
        "AddDbContextFactory" => services.AddDbContextFactory<KeyedDb<TKey>>(configure),
        _ => services.AddPooledDbContextFactory<KeyedDb<TKey>>(configure),
    };

    private static async Task SaveAsync<TKey>(HttpContext context, IdentityUser<TKey> user)
        where TKey : IEquatable<TKey>
    {
        var db = await ContextAsync<TKey>(context);
        db.Users.Add(user);
        await db.SaveChangesAsync(context.RequestAborted);
    }

    private static async Task<KeyedDb<TKey>> ContextAsync<TKey>(HttpContext context)
        where TKey : IEquatable<TKey>
    {
        if (context.RequestServices.GetService<IDbContextFactory<KeyedDb<TKey>>>() is not { } factory)
        {
            return context.RequestServices.GetRequiredService<KeyedDb<TKey>>();
        }

        var db = await factory.CreateDbContextAsync(context.RequestAborted);
        context.Response.RegisterForDispose(db);
        return db;
    }
}
