using System.Security.Claims;
using System.Threading.Channels;
using Intilery.AspNetCore.Tests.Support;
using Intilery.AspNetCore.Tests.Support.Teams;
using Microsoft.AspNetCore.Components.Authorization;
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

    [Theory]
    [InlineData("initialized")]
    [InlineData("initialized after a wait")]
    [InlineData("rendered")]
    [InlineData("rendered after a wait")]
    public async Task A_queue_whose_loop_a_pages_first_render_began_works_for_nobody(string moment)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _page.RenderAsync(
            _ => Task.CompletedTask,
            _ => moment.StartsWith("initialized", StringComparison.Ordinal) ? TouchAsync() : Task.CompletedTask,
            _ => moment.StartsWith("rendered", StringComparison.Ordinal) ? TouchAsync() : Task.CompletedTask);
        _released.SetResult();
        await done.Task;

        await AssertQueueIsNobodysAsync();

        async Task TouchAsync()
        {
            if (moment.EndsWith("after a wait", StringComparison.Ordinal))
            {
                await _released.Task;
            }

            Queue.Touch();
            done.SetResult();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_first_render_that_waits_goes_on_as_its_persons_wherever_it_saves_with_the_circuits_context(bool onThreadPool)
    {
        await _page.RenderAsync(_ => Task.CompletedTask, async services =>
        {
            await _released.Task;
            await services.GetRequiredService<ILifecycleTracker>().TrackAsync("Report Opened");

            // As code of a library does that does not return to the circuit: UserManager's.
            await Task.Yield();
            await (onThreadPool ? Task.Run(() => AddTeamAsync(services)) : AddTeamAsync(services));
        });
        Assert.Empty(await _app.EventsAsync());

        _released.SetResult();
        await _page.Rendering;
        await _app.WrittenAsync();

        Assert.Equal(["Report Opened peter acct_1", "Account Created peter 1"], (await _app.RecordedAsync()).Select(call => call.ToString()));

        static Task AddTeamAsync(IServiceProvider services)
        {
            var db = services.GetRequiredService<TeamsDb>();
            db.Teams.Add(new Team { Name = "Initech" });
            return db.SaveChangesAsync();
        }
    }

    [Fact]
    public async Task A_call_from_JavaScript_that_waits_goes_on_as_its_persons_and_what_it_began_is_nobodys()
    {
        await _page.RenderAsync(_ => Task.CompletedTask);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _page.CallAsync(async () =>
        {
            Queue.Touch();
            await _released.Task;
            await _circuit.ServiceProvider.GetRequiredService<ILifecycleTracker>().TrackAsync("Report Exported");
            done.SetResult();
        });

        _released.SetResult();
        await done.Task;

        Assert.Equal(["Report Exported peter acct_1"], (await _app.RecordedAsync()).Select(call => call.ToString()));
        await _app.ForgetAsync();
        await AssertQueueIsNobodysAsync();
    }

    [Fact]
    public async Task A_loop_that_runs_in_the_circuit_itself_is_its_persons_until_the_circuit_ends()
    {
        var turn = Channel.CreateUnbounded<TaskCompletionSource>();
        await _page.RenderAsync(_ => Task.CompletedTask, services =>
        {
            _ = LoopAsync(services.GetRequiredService<ILifecycleTracker>());
            return Task.CompletedTask;
        });

        await TurnAsync();
        Assert.Equal(["Page Refreshed peter acct_1"], (await _app.RecordedAsync()).Select(call => call.ToString()));
        await _circuit.DisposeAsync();
        await Assert.ThrowsAsync<ArgumentException>(TurnAsync);

        async Task LoopAsync(ILifecycleTracker lifecycle)
        {
            await foreach (var done in turn.Reader.ReadAllAsync())
            {
                try
                {
                    await lifecycle.TrackAsync("Page Refreshed");
                    done.SetResult();
                }
                catch (ArgumentException exception)
                {
                    done.SetException(exception);
                }
            }
        }

        Task TurnAsync()
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            turn.Writer.TryWrite(done);
            return done.Task;
        }
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
