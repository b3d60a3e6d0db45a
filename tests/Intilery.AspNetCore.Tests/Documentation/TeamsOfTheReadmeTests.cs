using System.Net.Http.Json;
using System.Security.Claims;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Testing;
using Intilery.AspNetCore.Tests.Documentation.Snippets.Readme;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Documentation;

/// <summary>The teams application of the README, with endpoints that save what it maps.</summary>
public sealed class TeamsOfTheReadmeTests
{
    [Fact]
    public async Task Three_mappings_and_one_attribute_send_all_ten_events()
    {
        await using var keepAlive = new SqliteConnection($"Data Source=readme-{Guid.NewGuid():N};Mode=Memory;Cache=Shared");
        await keepAlive.OpenAsync(TestContext.Current.CancellationToken);
        await using var app = await StartAsync(keepAlive.ConnectionString);
        using var client = app.GetTestClient();

        await PostAsync(client, "/register", new { email = "peter@example.com", password = "Pa55word!" });
        using var signedIn = await PostAsync(client, "/login?useSessionCookies=true", new { email = "peter@example.com", password = "Pa55word!" });
        client.DefaultRequestHeaders.Add("Cookie", signedIn.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0]));
        await PostAsync(client, "/teams");
        await PostAsync(client, "/teams/t1/invites", new NewInvite("bob@example.com", "Bob", "Porter", "Member"));
        await PostAsync(client, "/teams/t1/trial");
        await PostAsync(client, "/teams/t1/trial/end");
        await PostAsync(client, "/teams/t1/leave");
        await PostAsync(client, "/teams/t1/delete");
        await PostAsync(client, "/sign-out");

        var recorder = app.Services.GetIntileryRecorder();
        var peter = recorder.AssertSingle("Signed Up").UserId!;
        recorder.AssertSequence(
            peter, "identify", "Signed Up", "Signed In", "Account Created", "Account Added User", "Invite Sent", "Trial Started", "Trial Ended",
            "Account Removed User", "Account Deleted", "Signed Out");
        recorder.AssertConformsToSpecification();
        Assert.Empty(EventNames.Specified.Keys.Except(recorder.Events.Select(recorded => recorded.Name)));
        Assert.All(recorder.Events.Skip(3).SkipLast(1), recorded => Assert.Equal("t1", recorded.GroupId));
    }

    private static async Task<WebApplication> StartAsync(string connection)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services.AddDbContext<ReadmeDb>(options => options.UseSqlite(connection));
        builder.Services.AddIdentityApiEndpoints<IdentityUser>().AddEntityFrameworkStores<ReadmeDb>();
        builder.Services.AddAuthorization();
        builder.Services.Configure<PasswordHasherOptions>(options => options.IterationCount = 1);
        builder.Services.AddIntileryRecorder();
        Teams.Configure(builder);

        var app = Snippets.Statements.Build(builder);
        using (var scope = app.Services.CreateScope())
        {
            await scope.ServiceProvider.GetRequiredService<ReadmeDb>().Database.EnsureCreatedAsync();
        }

        app.MapIdentityApi<IdentityUser>();
        app.MapPost("/sign-out", (SignInManager<IdentityUser> sessions) => sessions.SignOutAsync());
        Teams.Map(app);
        app.MapPost("/teams", (ReadmeDb db, ClaimsPrincipal user) =>
        {
            db.AddRange(new Team("t1", "Initech"), new Member("t1", user.FindFirstValue(ClaimTypes.NameIdentifier)!, "Owner"));
            return db.SaveChangesAsync();
        });
        app.MapPost("/teams/t1/trial", (ReadmeDb db) =>
        {
            db.Add(new Trial("1", "t1", DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(14), "Business"));
            return db.SaveChangesAsync();
        });
        app.MapPost("/teams/t1/trial/end", (ReadmeDb db) => RemoveAsync<Trial>(db));
        app.MapPost("/teams/t1/leave", (ReadmeDb db) => RemoveAsync<Member>(db));
        app.MapPost("/teams/t1/delete", (ReadmeDb db) => RemoveAsync<Team>(db));
        await app.StartAsync();
        return app;
    }

    private static async Task RemoveAsync<T>(ReadmeDb db)
        where T : class
    {
        db.Remove(await db.Set<T>().SingleAsync());
        await db.SaveChangesAsync();
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, string path, object? body = null)
    {
        var answer = await client.PostAsJsonAsync(path, body ?? new { }, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
        return answer;
    }

    private sealed class ReadmeDb(DbContextOptions<ReadmeDb> options) : IdentityDbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder builder)
        {
            base.OnModelCreating(builder);
            builder.Entity<Team>();
            builder.Entity<Member>().HasKey(member => new { member.TeamId, member.UserId });
            builder.Entity<Trial>();
        }
    }
}
