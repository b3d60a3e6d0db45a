using System.Security.Claims;
using Intilery.AspNetCore.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Support.Teams;

/// <summary>An application whose one user, Peter, was there before the package; what a test does in a request signs him in.</summary>
public sealed class SignInApp : IAsyncDisposable
{
    public const string Password = "Pa55word!";

    /// <summary>What Peter's row tells of him; his claims tell user name and e-mail address.</summary>
    public const string Whole =
        """{"firstName":"Peter","lastName":"Gibbons","email":"peter@example.com","phone":"410-555-9412","username":"pgibbons","title":"the Engineer"}""";

    public const string ByClaims = """{"email":"peter@example.com","username":"pgibbons"}""";

    private readonly WebApplication _app;
    private readonly SqliteConnection _keepAlive;
    private Func<HttpContext, Task> _work = _ => Task.CompletedTask;

    private SignInApp(WebApplication app, SqliteConnection keepAlive) => (_app, _keepAlive) = (app, keepAlive);

    public IntileryRecorder Recorder => _app.Services.GetIntileryRecorder();

    public IServiceProvider Services => _app.Services;

    public static async Task<SignInApp> StartAsync(SignInSetup? setup = null)
    {
        setup ??= new SignInSetup();
        var keepAlive = new SqliteConnection($"Data Source=sign-in-{Guid.NewGuid():N};Mode=Memory;Cache=Shared");
        await keepAlive.OpenAsync();
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(setup.Settings);
        setup.Context(builder.Services, options =>
        {
            options.UseSqlite(keepAlive.ConnectionString);
            setup.Database?.Invoke(options);
        });
        builder.Services.AddIdentity<TeamUser, IdentityRole>().AddEntityFrameworkStores<TeamsDb>().AddDefaultTokenProviders();
        builder.Services.AddAuthentication().AddBearerToken(IdentityConstants.BearerScheme).AddCookie("Partners");
        builder.Services.Configure<PasswordHasherOptions>(options => options.IterationCount = 1);
        builder.Services.AddIntileryRecorder();
        builder.Services.AddIntilery().MapUsers<TeamUser>(
            firstName: user => user.Name!.First, lastName: user => user.Name!.Last, title: user => user.Label);
        setup.Services?.Invoke(builder.Services);

        var app = new SignInApp(builder.Build(), keepAlive);
        await app.InScopeAsync(async services =>
        {
            await services.GetRequiredService<TeamsDb>().Database.EnsureCreatedAsync();
            var peter = new TeamUser
            {
                Id = "peter", UserName = "pgibbons", Email = "peter@example.com", EmailConfirmed = true, PhoneNumber = "410-555-9412", Job = "Engineer",
                Name = new PersonName { First = "Peter", Last = "Gibbons" },
            };
            Assert.True((await services.GetRequiredService<UserManager<TeamUser>>().CreateAsync(peter, Password)).Succeeded);
        });
        app._app.UseIntileryLifecycleTracking();
        app._app.MapPost("/work", context => app._work(context));
        await app._app.StartAsync();
        return app;
    }

    /// <summary>Does something within a request of a new browser.</summary>
    public async Task InRequestAsync(Func<HttpContext, Task> work)
    {
        _work = work;
        using var client = _app.GetTestClient();
        using var response = await client.PostAsync("/work", null, TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Does something outside of any request.</summary>
    public async Task InScopeAsync(Func<IServiceProvider, Task> work)
    {
        await using var scope = _app.Services.CreateAsyncScope();
        await work(scope.ServiceProvider);
    }

    /// <summary>Signs Peter in by his password, as a login page does.</summary>
    public static async Task SignInAsync(HttpContext context) => Assert.True(
        (await SignIns(context).PasswordSignInAsync("pgibbons", Password, isPersistent: false, lockoutOnFailure: true)).Succeeded);

    public static SignInManager<TeamUser> SignIns(HttpContext context) => context.RequestServices.GetRequiredService<SignInManager<TeamUser>>();

    public static UserManager<TeamUser> Users(HttpContext context) => context.RequestServices.GetRequiredService<UserManager<TeamUser>>();

    public static TeamsDb Db(HttpContext context) => context.RequestServices.GetRequiredService<TeamsDb>();

    /// <summary>A principal as the application itself makes it.</summary>
    public static ClaimsPrincipal HandMade(params Claim[] more) => new(new ClaimsIdentity(
        [new Claim(ClaimTypes.NameIdentifier, "peter"), new Claim(ClaimTypes.Name, "pgibbons"), .. more], IdentityConstants.ApplicationScheme));

    /// <summary>Returns the traits that were told, of each identify call.</summary>
    public IReadOnlyList<string> Traits() => [.. Recorder.Events.Where(told => told.Name == "identify").Select(told => told.Traits!.Value.GetRawText())];

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _keepAlive.DisposeAsync();
    }
}
