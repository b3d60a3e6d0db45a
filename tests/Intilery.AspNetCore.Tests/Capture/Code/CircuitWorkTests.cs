using System.Security.Claims;
using Intilery.AspNetCore.Tests.Support;
using Intilery.AspNetCore.Tests.Support.Teams;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Code;

/// <summary>
/// What a component's handler begins and leaves behind is nobody's once the handler is done, and not where it first waits, although its
/// circuit's host takes the activity to be over there.
/// </summary>
public sealed class CircuitWorkTests : IAsyncLifetime
{
    private readonly SqliteConnection _database = new($"Data Source=circuit-{Guid.NewGuid():N};Mode=Memory;Cache=Shared");
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IdentityApp _app = null!;
    private AsyncServiceScope _circuit;
    private CircuitPage _page = null!;

    private WorkQueue Queue => _app.Services.GetRequiredService<WorkQueue>();

    public async ValueTask InitializeAsync()
    {
        await _database.OpenAsync();
        _app = await IdentityApp.StartAsync(new IdentityAppSetup
        {
            Services = services =>
            {
                services.AddRazorComponents().AddInteractiveServerComponents();
                services.AddScoped<AuthenticationStateProvider, Peter>();
                services.AddSingleton<WorkQueue>();
                services.AddDbContext<TeamsDb>(options => options.UseSqlite(_database.ConnectionString));
                services.AddIntilery().MapAccounts<Team>(team => team.Id, team => team.Name);
            },
        });
        await _app.WithScopeAsync(services => services.GetRequiredService<TeamsDb>().Database.EnsureCreatedAsync());
        _circuit = _app.Services.CreateAsyncScope();
        _page = new CircuitPage(_circuit.ServiceProvider);
    }

    [Fact]
    public async Task A_queue_whose_loop_a_handler_began_that_did_not_wait_works_for_nobody()
    {
        await _page.RenderAsync(_ =>
        {
            Queue.Touch();
            return Task.CompletedTask;
        });
        await _page.ClickAsync();

        await AssertQueueIsNobodysAsync();
    }

    [Fact]
    public async Task A_handler_that_waits_goes_on_as_its_persons_and_what_it_began_is_nobodys_once_it_is_done()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _page.RenderAsync(async services =>
        {
            Queue.Touch();
            await _released.Task;
            await services.GetRequiredService<ILifecycleTracker>().TrackAsync("Report Exported");
            done.SetResult();
        });
        await _page.ClickAsync();
        Assert.Empty(await _app.EventsAsync());

        _released.SetResult();
        await done.Task;
        await _page.CommitAsync();

        Assert.Equal(["Report Exported peter acct_1"], (await _app.RecordedAsync()).Select(call => call.ToString()));
        await _app.ForgetAsync();
        await AssertQueueIsNobodysAsync();
    }

    [Fact]
    public async Task A_handler_that_fails_is_done_too()
    {
        await _page.RenderAsync(async _ =>
        {
            Queue.Touch();
            await _released.Task;
            throw new InvalidOperationException("The component failed.");
        });
        await _page.ClickAsync();

        _released.SetResult();
        Assert.IsType<InvalidOperationException>(await _page.Failed);
        await _page.CommitAsync();

        await AssertQueueIsNobodysAsync();
    }

    [Fact]
    public async Task What_a_handler_does_not_wait_for_must_name_its_user()
    {
        var forgotten = Task.CompletedTask;
        await _page.RenderAsync(services =>
        {
            forgotten = ForgottenAsync(services.GetRequiredService<ILifecycleTracker>());
            return Task.CompletedTask;
        });
        await _page.ClickAsync();

        _released.SetResult();
        await Assert.ThrowsAsync<ArgumentException>(() => forgotten);

        async Task ForgottenAsync(ILifecycleTracker lifecycle)
        {
            await _released.Task;
            await lifecycle.TrackAsync("Report Exported");
        }
    }

    [Fact]
    public async Task What_an_activity_without_a_handler_began_is_its_persons_until_the_circuit_ends()
    {
        await _circuit.ServiceProvider.GetServices<CircuitHandler>().Single().CreateInboundActivityHandler(_ =>
        {
            // A call from JavaScript, of which nobody says when it is done.
            Queue.Touch();
            return Task.CompletedTask;
        })(null!);

        await Queue.EnqueueAsync("Before The End");
        await _app.WrittenAsync();
        Assert.Equal(["Account Created peter"], (await _app.RecordedAsync()).Select(call => $"{call.Event} {call.UserId}"));
        await _app.ForgetAsync();
        await _circuit.DisposeAsync();

        await AssertQueueIsNobodysAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _page.DisposeAsync();
        await _circuit.DisposeAsync();
        await _app.DisposeAsync();
        await _database.DisposeAsync();
    }

    private async Task AssertQueueIsNobodysAsync()
    {
        await Queue.EnqueueAsync("Initech");
        await _app.WrittenAsync();
        Assert.Empty(await _app.RecordedAsync());
        Assert.Contains(_app.Log.Ours, line => line.Message == "Account Created was not tracked: outside-scope.");
    }

    private sealed class Peter : AuthenticationStateProvider
    {
        public override Task<AuthenticationState> GetAuthenticationStateAsync() => Task.FromResult(new AuthenticationState(new ClaimsPrincipal(
            new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, "peter"), new Claim("tenant_id", "acct_1")], "test"))));
    }
}
