using System.Collections.Concurrent;
using System.Globalization;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Scopes;

/// <summary>When a tenant resolver is asked, how often, and about which request.</summary>
public sealed class TenantQuestionTests : IDisposable
{
    private readonly Asked _asked = new();
    private readonly ScratchFolder _folder = new();

    [Fact]
    public async Task It_is_asked_once_for_each_principal_and_moment_of_a_request()
    {
        await using var app = await StartAsync();
        await app.CreateUserAsync();
        using var browser = await app.OpenSignedInAsync();
        await app.ForgetAsync();
        _asked.Questions.Clear();

        using var response = await browser.PostAsync("/much");

        response.EnsureSuccessStatusCode();
        Assert.Equal(["Event peter@example.com", "SignUp peter@example.com"], _asked.Questions.Order(StringComparer.Ordinal));
        Assert.Equal(
            ["First t", "Second t", "Third t", "identify t", "Signed Up t", "In The Save t", "identify t", "Signed Up t"], await app.TenantsAsync());
    }

    [Fact]
    public async Task A_registration_asks_for_the_new_user_and_for_the_session()
    {
        await using var app = await StartAsync();
        using var browser = app.OpenBrowser();

        await IdentityApp.RegisterAsync(browser);

        Assert.Equal(["SignUp ", "SignIn peter@example.com"], _asked.Questions);
    }

    [Fact]
    public async Task It_is_asked_once_in_a_scope_that_the_application_opens_and_gets_no_request()
    {
        await using var app = await StartAsync();
        var lifecycle = app.Services.GetRequiredService<ILifecycleTracker>();

        await using (lifecycle.BeginScope("peter"))
        {
            await lifecycle.TrackAsync("First", cancellationToken: TestContext.Current.CancellationToken);
            await lifecycle.TrackAsync("Second", cancellationToken: TestContext.Current.CancellationToken);
            Assert.Empty(_asked.Questions);
        }

        Assert.Equal(["Event "], _asked.Questions);
        Assert.Equal(["First t", "Second t"], await app.TenantsAsync());
        Assert.Equal([string.Empty], _asked.Paths);
    }

    [Theory]
    [InlineData("/save")]
    [InlineData("/save-async")]
    [InlineData("/tell")]
    public async Task It_is_not_asked_before_what_happens_is_done(string path)
    {
        await using var app = await StartAsync();
        using var browser = app.OpenBrowser();

        using var response = await browser.PostAsync($"{path}?name=mary");

        Assert.Equal("0", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Single(_asked.Questions);
    }

    [Fact]
    public async Task A_hundred_synchronous_saves_side_by_side_all_have_their_tenants()
    {
        _asked.Takes = TimeSpan.FromMilliseconds(10);
        await using var app = await StartAsync();
        using var browser = app.OpenBrowser();

        var responses = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => browser.PostAsync(string.Create(CultureInfo.InvariantCulture, $"/save?name=user-{i}"))));

        Assert.All(responses, response => Assert.True(response.IsSuccessStatusCode));
        Assert.Equal(100, _asked.Questions.Count);
        Assert.Equal(Enumerable.Repeat("Signed Up t", 100), (await app.TenantsAsync()).Where(line => line.StartsWith("Signed Up", StringComparison.Ordinal)));
        Assert.DoesNotContain(app.Log.Ours, line => line.Message.Contains("unresolved-tenant", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_told_once_the_response_has_begun_is_about_its_request_too()
    {
        await using var app = await StartAsync();
        using var browser = app.OpenBrowser();

        using var response = await browser.PostAsync("/stream");

        Assert.Equal("begun, ended", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(["In The Stream t"], await app.TenantsAsync());
        Assert.Equal(["/stream"], _asked.Paths);
    }

    [Fact]
    public async Task One_that_answers_after_its_request_still_sees_that_one_and_not_the_next()
    {
        await using var app = await StartAsync(onKestrel: true, commitTimeout: "00:00:00.100");
        using var browser = app.OpenBrowser();
        _asked.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked.All = new CountdownEvent(2);

        using (await browser.PostAsync("/tell?name=first"))
        {
        }

        // The server uses the context of the connection again.
        using (await browser.PostAsync("/tell/again?name=second"))
        {
        }

        _asked.Gate.SetResult();
        Assert.True(_asked.All.Wait(Patience.Limit, TestContext.Current.CancellationToken));
        Assert.Equal(["/tell first", "/tell/again second"], _asked.Late.Order(StringComparer.Ordinal));
        Assert.Equal(["Told ", "Told "], await app.TenantsAsync());
    }

    public void Dispose()
    {
        _asked.All?.Dispose();
        _folder.Dispose();
    }

    private Task<IdentityApp> StartAsync(bool onKestrel = false, string commitTimeout = "00:01:00") => IdentityApp.StartAsync(new IdentityAppSetup
    {
        OnKestrel = onKestrel,
        Settings = new() { ["Intilery:Outbox:CommitTimeout"] = commitTimeout },

        // A file: several connections at once to a database in memory lock each other out.
        Database = options => options.UseSqlite($"Data Source={System.IO.Path.Combine(_folder.Path, "app.db")};Pooling=False"),
        Services = services =>
        {
            services.AddSingleton(_asked);
            services.AddIntilery().UseTenantResolver<Resolver>();
        },
        Endpoints = app =>
        {
            app.MapPost("/much", MuchAsync);
            app.MapPost("/save", (AppDb db, string name) =>
            {
                db.Users.Add(new IdentityUser(name));
                db.SaveChanges();
                return _asked.Questions.Count;
            });
            app.MapPost("/save-async", async (AppDb db, string name) =>
            {
                db.Users.Add(new IdentityUser(name));
                await db.SaveChangesAsync();
                return _asked.Questions.Count;
            });
            app.MapPost("/tell/{again?}", async (ILifecycleTracker lifecycle) =>
            {
                await lifecycle.TrackAsync(new CustomEvent("Told") { UserId = "peter" });
                return _asked.Questions.Count;
            });
            app.MapPost("/stream", async (HttpContext context, ILifecycleTracker lifecycle) =>
            {
                await context.Response.WriteAsync("begun, ");
                await context.Response.Body.FlushAsync();
                await lifecycle.TrackAsync(new CustomEvent("In The Stream") { UserId = "peter" });
                await context.Response.WriteAsync("ended");
            });
        },
    });

    private static async Task MuchAsync(ILifecycleTracker lifecycle, UserManager<IdentityUser> users, AppDb db)
    {
        await lifecycle.TrackAsync("First");
        await lifecycle.TrackAsync("Second");
        await lifecycle.TrackAsync("Third");
        await users.CreateAsync(new IdentityUser("mary"));
        db.Users.Add(new IdentityUser("nina"));
        db.Track(new CustomEvent("In The Save"));
        await db.SaveChangesAsync();
    }

    private sealed class Asked
    {
        public ConcurrentQueue<string> Questions { get; } = [];

        public ConcurrentQueue<string> Paths { get; } = [];

        public ConcurrentQueue<string> Late { get; } = [];

        public TimeSpan Takes { get; set; }

        public TaskCompletionSource? Gate { get; set; }

        public CountdownEvent? All { get; set; }
    }

    private sealed class Resolver(Asked asked) : ILifecycleTenantResolver
    {
        public async ValueTask<string?> ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken)
        {
            asked.Questions.Enqueue($"{context.Moment} {context.Principal?.Identity?.Name}");
            asked.Paths.Enqueue(context.HttpContext?.Request.Path ?? string.Empty);
            await Task.Delay(asked.Takes, cancellationToken);
            if (asked.Gate is { } gate)
            {
                // Deaf to the token.
                await gate.Task;
                asked.Late.Enqueue($"{context.HttpContext!.Request.Path} {context.HttpContext.Request.Query["name"]}");
                asked.All!.Signal();
            }

            return "t";
        }
    }
}
