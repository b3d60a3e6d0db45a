using Intilery.AspNetCore.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

/// <summary>What becomes of members that are marked as personal data.</summary>
public sealed class PersonalDataTests
{
    [Theory]
    [InlineData(
        "Include",
        """{"firstName":"Peter","lastName":"Gibbons","email":"p@example.com","username":"p@example.com","title":"Mr"}""",
        """{"type":"organic","first_name":"Peter","last_name":"Gibbons","email":"p@example.com","username":"p@example.com","title":"Mr"}""",
        """{"username":"p@example.com"}""")]
    [InlineData("Exclude", """{"lastName":"Gibbons","title":"Mr"}""", """{"type":"organic","last_name":"Gibbons","title":"Mr"}""", "{}")]
    public async Task Marked_members_and_claims_go_out_only_where_they_may(string policy, string traits, string signedUp, string signedIn)
    {
        await using var app = await StartAsync(policy);
        var recorder = app.Services.GetIntileryRecorder();

        await RegisterAsync(app);

        Assert.Equal(traits, recorder.AssertSingle("identify").Traits!.Value.GetRawText());
        Assert.Equal(signedUp, recorder.AssertSingle("Signed Up").Properties!.Value.GetRawText());
        Assert.Equal(signedIn, recorder.AssertSingle("Signed In").Properties!.Value.GetRawText());
    }

    [Fact]
    public async Task An_address_that_is_not_sent_still_leaves_staff_out()
    {
        await using var app = await StartAsync("Exclude", ("Intilery:Exclude:EmailDomains:0", "example.com"));

        await RegisterAsync(app);

        app.Services.GetIntileryRecorder().AssertNone();
    }

    private static async Task RegisterAsync(WebApplication app)
    {
        using var client = app.GetTestClient();
        using var response = await client.PostAsync("/register", null, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
    }

    private static async Task<WebApplication> StartAsync(string policy, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(
            settings.Append(("Intilery:Privacy:PersonalData", policy)).ToDictionary(setting => setting.Item1, setting => (string?)setting.Item2));
        var database = new Microsoft.Data.Sqlite.SqliteConnection("Data Source=:memory:");
        await database.OpenAsync();
        builder.Services.AddSingleton(database);
        builder.Services.AddDbContext<MarkedDb>(options => options.UseSqlite(database));
        builder.Services.AddIdentity<MarkedUser, IdentityRole>().AddEntityFrameworkStores<MarkedDb>();
        builder.Services.AddIntileryRecorder();

        var app = builder.Build();
        using (var scope = app.Services.CreateScope())
        {
            await scope.ServiceProvider.GetRequiredService<MarkedDb>().Database.EnsureCreatedAsync();
        }

        app.UseIntileryLifecycleTracking();
        app.MapPost("/register", async (UserManager<MarkedUser> users, SignInManager<MarkedUser> sessions) =>
        {
            var user = new MarkedUser { UserName = "p@example.com", Email = "p@example.com", FirstName = "Peter", LastName = "Gibbons", Title = "Mr" };
            Assert.True((await users.CreateAsync(user)).Succeeded);
            await sessions.SignInAsync(user, isPersistent: false);
        });
        await app.StartAsync();
        return app;
    }

    private sealed class MarkedUser : IdentityUser
    {
        [PersonalData]
        public string? FirstName { get; set; }

        public string? LastName { get; set; }

        public string? Title { get; set; }
    }

    private sealed class MarkedDb(DbContextOptions<MarkedDb> options) : IdentityDbContext<MarkedUser>(options);
}
