using System.Security.Claims;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Code;

/// <summary>Work that a request, or another scope, starts and that runs after its end, on Kestrel, which uses contexts again.</summary>
public sealed class BackgroundWorkTests
{
    private readonly TaskCompletionSource _isOver = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _work = Task.CompletedTask;

    [Fact]
    public async Task After_its_request_a_user_is_no_sign_up_and_a_membership_is_told()
    {
        await using var app = await StartAsync(async services =>
        {
            var user = await CreateAsync(services, "mary@example.com");
            await services.GetRequiredService<UserManager<IdentityUser>>().AddClaimAsync(user, new Claim("tenant_id", "acct_1"));
        });

        await RunAsync(app);

        await app.WrittenAsync();
        Assert.Equal(["identify acct_1", "Account Added User acct_1"], (await app.RecordedAsync()).Select(call => $"{call.Event} {call.GroupId}"));
        Assert.Contains(app.Log.Ours, line => line.Message == "Signed Up was not tracked: outside-scope.");
    }

    [Fact]
    public async Task After_its_request_what_is_told_must_name_its_user_and_is_recorded_when_the_call_is_done()
    {
        IReadOnlyList<ReceivedCall> recorded = [];
        IdentityApp? running = null;
        await using var app = await StartAsync(async services =>
        {
            var lifecycle = services.GetRequiredService<ILifecycleTracker>();
            await Assert.ThrowsAsync<ArgumentException>(() => lifecycle.TrackAsync("Export Ended", cancellationToken: TestContext.Current.CancellationToken));
            await Assert.ThrowsAsync<ArgumentException>(() => lifecycle.IdentifyAsync(
                new Dictionary<string, object?> { ["plan"] = "pro" }, cancellationToken: TestContext.Current.CancellationToken));
            await lifecycle.TrackAsync(new CustomEvent("Export Ended") { UserId = "peter" });
            recorded = await running!.RecordedAsync();
        });
        running = app;

        await RunAsync(app);

        var call = Assert.Single(recorded);
        Assert.Equal("Export Ended peter", call.ToString());
        Assert.Null(call.Call["context"]!["page"]);
    }

    [Fact]
    public async Task After_its_request_it_opens_a_scope_and_is_whose_the_scope_says()
    {
        await using var app = await StartAsync(async services =>
        {
            var lifecycle = services.GetRequiredService<ILifecycleTracker>();
            await using var scope = lifecycle.BeginScope("peter", "acct_1");
            await lifecycle.TrackAsync("Import Begun");
            await CreateAsync(services, "mary@example.com");
        });

        await RunAsync(app);

        var calls = await app.RecordedAsync();
        Assert.Equal(["Import Begun", "identify", "Signed Up"], calls.Select(call => call.Event));
        Assert.Equal("Import Begun peter acct_1", calls[0].ToString());
        Assert.Equal("invited", (string?)calls[2].Call["properties"]!["type"]);
    }

    [Fact]
    public async Task After_the_end_of_a_scope_of_another_kind_it_is_nobodys_as_after_a_request()
    {
        await using var app = await IdentityApp.StartAsync();
        var lifecycle = app.Services.GetRequiredService<ILifecycleTracker>();
        await using (lifecycle.BeginScope("peter", "acct_1"))
        {
            _work = Task.Run(async () =>
            {
                await _isOver.Task;
                await lifecycle.TrackAsync(new CustomEvent("Import Ended") { UserId = "mary" }, cancellationToken: TestContext.Current.CancellationToken);
                await app.WithScopeAsync(services => CreateAsync(services, "mary@example.com"));
            }, TestContext.Current.CancellationToken);
        }

        _isOver.SetResult();
        await _work;

        await app.WrittenAsync();
        Assert.Equal(["Import Ended mary"], (await app.RecordedAsync()).Select(call => call.ToString()));
        Assert.Contains(app.Log.Ours, line => line.Message == "Signed Up was not tracked: outside-scope.");
    }

    private static async Task<IdentityUser> CreateAsync(IServiceProvider services, string email)
    {
        var user = new IdentityUser(email) { Email = email };
        Assert.True((await services.GetRequiredService<UserManager<IdentityUser>>().CreateAsync(user)).Succeeded);
        return user;
    }

    // Begins the work in a request that ends, and waits for it.
    private async Task RunAsync(IdentityApp app)
    {
        using var browser = app.OpenBrowser();
        using var response = await browser.PostAsync("/start");
        Assert.True(response.IsSuccessStatusCode);
        await _work;
    }

    private Task<IdentityApp> StartAsync(Func<IServiceProvider, Task> afterTheRequest) => IdentityApp.StartAsync(new IdentityAppSetup
    {
        OnKestrel = true,
        Services = services => services.AddSingleton<IHttpContextFactory>(provider => new EndedRequests(new DefaultHttpContextFactory(provider), _isOver)),
        Endpoints = app => app.MapPost("/start", (IServiceScopeFactory scopes) =>
        {
            _work = Task.Run(async () =>
            {
                await _isOver.Task;
                await using var scope = scopes.CreateAsyncScope();
                await afterTheRequest(scope.ServiceProvider);
            });
        }),
    });

    // The last that a server does with a request.
    private sealed class EndedRequests(IHttpContextFactory inner, TaskCompletionSource first) : IHttpContextFactory
    {
        public HttpContext Create(Microsoft.AspNetCore.Http.Features.IFeatureCollection featureCollection) => inner.Create(featureCollection);

        public void Dispose(HttpContext httpContext)
        {
            inner.Dispose(httpContext);
            first.TrySetResult();
        }
    }
}
