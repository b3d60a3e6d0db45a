using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Support.Teams;

/// <summary>An application of teams; what a test does with its database happens within a request, or outside of any.</summary>
public sealed class TeamsApp : IAsyncDisposable
{
    private readonly SqliteConnection _keepAlive;
    private Func<HttpContext, Task> _work = _ => Task.CompletedTask;

    private TeamsApp(SqliteConnection keepAlive) => _keepAlive = keepAlive;

    public IdentityApp App { get; private set; } = null!;

    public static async Task<TeamsApp> StartAsync(
        Action<IntileryBuilder>? map = null, Dictionary<string, string?>? settings = null, Action<DbContextOptionsBuilder>? database = null)
    {
        var keepAlive = new SqliteConnection($"Data Source=teams-{Guid.NewGuid():N};Mode=Memory;Cache=Shared");
        await keepAlive.OpenAsync();
        var teams = new TeamsApp(keepAlive);
        teams.App = await IdentityApp.StartAsync(new IdentityAppSetup
        {
            Settings = settings ?? [],
            Services = services =>
            {
                services.AddDbContext<TeamsDb>(options =>
                {
                    options.UseSqlite(keepAlive.ConnectionString);
                    database?.Invoke(options);
                });
                map?.Invoke(services.AddIntilery());
            },
            Endpoints = routes => routes.MapPost("/work", context => teams._work(context)),
        });
        await teams.App.WithScopeAsync(services => services.GetRequiredService<TeamsDb>().Database.EnsureCreatedAsync());
        return teams;
    }

    /// <summary>Saves what is given outside of any request, and forgets what that recorded.</summary>
    public async Task GivenAsync(params object[] entities)
    {
        await OutsideAsync(async db =>
        {
            db.AddRange(entities);
            await db.SaveChangesAsync();
        });
        await App.ForgetAsync();
    }

    /// <summary>Does something within a request of an anonymous browser, and returns what was recorded of it, with the roles.</summary>
    public Task<IReadOnlyList<string>> InRequestAsync(Func<TeamsDb, Task> work) =>
        InRequestAsync((db, _) => work(db));

    /// <inheritdoc cref="InRequestAsync(Func{TeamsDb, Task})"/>
    public async Task<IReadOnlyList<string>> InRequestAsync(Func<TeamsDb, HttpContext, Task> work)
    {
        _work = context => work(context.RequestServices.GetRequiredService<TeamsDb>(), context);
        await App.ForgetAsync();
        using var browser = App.OpenBrowser();
        using var response = await browser.PostAsync("/work");
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await LinesAsync();
    }

    /// <summary>Does something within a request of a signed-in user.</summary>
    public Task<IReadOnlyList<string>> InRequestOfAsync(string userId, Func<TeamsDb, Task> work) => InRequestAsync((db, context) =>
    {
        context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, userId)], "test"));
        return work(db);
    });

    /// <summary>Does something outside of any request, as a job does, and returns what was recorded of it.</summary>
    public async Task<IReadOnlyList<string>> OutsideAsync(Func<TeamsDb, Task> work)
    {
        await App.ForgetAsync();
        await App.WithScopeAsync(async services =>
        {
            await work(services.GetRequiredService<TeamsDb>());
            return 0;
        });
        await App.WrittenAsync();
        return await LinesAsync();
    }

    public async Task<IReadOnlyList<string>> LinesAsync() =>
        [.. (await App.RecordedAsync()).Select(call => call.Call["properties"]?["role"] is { } role ? $"{call} as {role}" : call.ToString())];

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await _keepAlive.DisposeAsync();
    }
}
