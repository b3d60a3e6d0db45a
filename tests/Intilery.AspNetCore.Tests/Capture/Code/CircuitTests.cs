using System.Security.Claims;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Code;

/// <summary>The activities of a circuit, as its host dispatches them: from the circuit's services, one after another.</summary>
public sealed class CircuitTests
{
    [Fact]
    public async Task An_activity_is_a_scope_of_the_circuits_user_and_recorded_at_its_end()
    {
        await using var app = await StartAsync(new Known("peter", "acct_123"));

        await ActAsync(app, async services =>
        {
            await services.GetRequiredService<ILifecycleTracker>().TrackAsync("Report Exported");
            await services.GetRequiredService<UserManager<IdentityUser>>().CreateAsync(new IdentityUser("mary@example.com"));
            Assert.Empty(await app.EventsAsync());
        });

        var calls = await app.RecordedAsync();
        Assert.Equal(["Report Exported", "identify", "Signed Up"], calls.Select(call => call.Event));
        Assert.Equal("Report Exported peter acct_123", calls[0].ToString());
        Assert.Equal("invited", (string?)calls[2].Call["properties"]!["type"]);
    }

    [Fact]
    public async Task An_activity_that_fails_is_recorded_and_fails()
    {
        await using var app = await StartAsync(new Known("peter", "acct_123"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => ActAsync(app, async services =>
        {
            await services.GetRequiredService<ILifecycleTracker>().TrackAsync("Report Exported");
            throw new InvalidOperationException("The component failed.");
        }));

        Assert.Equal(["Report Exported peter acct_123"], (await app.RecordedAsync()).Select(call => call.ToString()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_its_activity_a_handler_goes_on_alone_or_in_the_scope_that_it_opened(bool opensOne)
    {
        await using var app = await StartAsync(new Known("peter", "acct_123"));
        var isOver = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var handler = Task.CompletedTask;

        await using (var circuit = app.Services.CreateAsyncScope())
        {
            // As a circuit does: it waits for a handler up to the handler's own first wait.
            await ActAsync(circuit.ServiceProvider, services =>
            {
                handler = HandleAsync(services);
                return Task.CompletedTask;
            });
            isOver.SetResult();
            await handler;
        }

        await app.WrittenAsync();
        string[] once = ["Report Exported peter acct_123", "identify mary acct_9", "Signed Up mary acct_9", "Account Added User mary acct_9"];
        string[] alone = ["Report Exported peter acct_123", "identify mary", "Signed Up mary", "Account Added User mary acct_9", "Account Added User mary acct_9"];
        var calls = await app.RecordedAsync();
        Assert.Equal(opensOne ? once : alone, calls.Select(call => call.ToString()));
        Assert.Equal("invited", (string?)calls[2].Call["properties"]!["type"]);

        async Task HandleAsync(IServiceProvider services)
        {
            var lifecycle = services.GetRequiredService<ILifecycleTracker>();
            await using var scope = opensOne ? lifecycle.BeginScope() : null;
            await isOver.Task;
            await lifecycle.TrackAsync("Report Exported");
            var users = services.GetRequiredService<UserManager<IdentityUser>>();
            var mary = new IdentityUser("mary") { Id = "mary" };
            await users.CreateAsync(mary);
            await users.AddClaimAsync(mary, new Claim("tenant_id", "acct_9"));
            await lifecycle.TrackAsync(new AccountAddedUser { UserId = "mary", GroupId = "acct_9" });
        }
    }

    [Fact]
    public async Task A_user_whom_the_host_does_not_know_yet_is_nobody()
    {
        await using var app = await StartAsync(new Unknown());

        await ActAsync(app, services => services.GetRequiredService<ILifecycleTracker>().TrackAsync("Report Exported"));

        Assert.Empty(await app.EventsAsync());
        Assert.Contains(app.Log.Ours, line => line.Message == "Report Exported was not tracked: no-user.");
    }

    [Fact]
    public async Task Where_nothing_is_armed_activities_are_left_alone()
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup { WriteTheLine = false });
        await using var circuit = app.Services.CreateAsyncScope();
        Func<CircuitInboundActivityContext, Task> next = _ => Task.CompletedTask;

        Assert.Same(next, circuit.ServiceProvider.GetServices<CircuitHandler>().Single().CreateInboundActivityHandler(next));
    }

    private static Task<IdentityApp> StartAsync(AuthenticationStateProvider user) => IdentityApp.StartAsync(new IdentityAppSetup
    {
        Services = services => services.AddScoped(_ => user),
    });

    private static async Task ActAsync(IdentityApp app, Func<IServiceProvider, Task> work)
    {
        await using var circuit = app.Services.CreateAsyncScope();
        await ActAsync(circuit.ServiceProvider, work);
    }

    private static Task ActAsync(IServiceProvider circuit, Func<IServiceProvider, Task> work) =>
        CircuitPage.ActAsync(circuit, () => work(circuit));

    private sealed class Known(string userId, string tenant) : AuthenticationStateProvider
    {
        public override Task<AuthenticationState> GetAuthenticationStateAsync() => Task.FromResult(new AuthenticationState(new ClaimsPrincipal(
            new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, userId), new Claim("tenant_id", tenant)], "test"))));
    }

    private sealed class Unknown : AuthenticationStateProvider
    {
        public override Task<AuthenticationState> GetAuthenticationStateAsync() => new TaskCompletionSource<AuthenticationState>().Task;
    }
}
