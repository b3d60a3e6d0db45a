using System.Net;
using System.Security.Claims;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Connections.Client;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Applications;

/// <summary>
/// A Blazor Server application with a hub, whose imports go through a queue: a singleton whose loop runs from the moment that somebody's hub call or
/// circuit first watches it.
/// </summary>
public sealed partial class ImportBoardTests : IDisposable
{
    private const string Password = "Pa55word!";
    private const string UserAgent = "Mozilla/5.0 (X11; Linux x86_64)";

    private readonly TestDatabase _database = TestDatabase.Sqlite();

    [Theory]
    [InlineData("hub")]
    [InlineData("click")]
    [InlineData("first render")]
    [InlineData("first render of a root component that is added")]
    public async Task What_the_queue_saves_is_nobodys_and_everything_else_is_its_persons(string begun)
    {
        await using var app = await StartAsync();
        var (peter, mary) = (await CreateUserAsync(app, "peter@example.com"), await CreateUserAsync(app, "mary@example.com"));
        using var peters = await SignInAsync(app, "peter@example.com", "browser-1", out var jar);
        await app.AssertSentAsync(
            $$"""
            { "userId": "{{peter}}", "anonymousId": "browser-1", "type": "identify", "event": "identify",
              "traits": { "email": "peter@example.com", "username": "peter@example.com" },
              "context": { "userAgent": "{{UserAgent}}", "page": { "path": "/login" } } }
            """,
            $$"""
            { "userId": "{{peter}}", "anonymousId": "browser-1", "type": "track", "event": "Signed In", "properties": { "username": "peter@example.com" },
              "context": { "userAgent": "{{UserAgent}}", "page": { "path": "/login" } } }
            """);

        // Peter's is the first call, which begins the loop.
        await using var board = await (begun switch
        {
            "hub" => WatchAsync(app, jar),
            "click" => ClickAsync(app, peters, jar),
            _ => RenderAsync(app, peters, jar, "/watch", isAdded: begun != "first render"),
        });
        await app.AssertSentAsync(
            $$"""
            { "userId": "{{peter}}", "anonymousId": "browser-1", "type": "track", "event": "Imports Watched", "properties": {},
              "context": { "userAgent": "{{UserAgent}}" } }
            """);

        using var marys = await SignInAsync(app, "mary@example.com", "browser-2", out _);
        await PostAsync(marys, "/imports", HttpStatusCode.Accepted, ("team", "Initech"), ("email", "samir@example.com"));
        await app.AssertSentAsync(
            $$"""
            { "userId": "{{mary}}", "anonymousId": "browser-2", "type": "identify", "event": "identify",
              "traits": { "email": "mary@example.com", "username": "mary@example.com" },
              "context": { "userAgent": "{{UserAgent}}", "page": { "path": "/login" } } }
            """,
            $$"""
            { "userId": "{{mary}}", "anonymousId": "browser-2", "type": "track", "event": "Signed In", "properties": { "username": "mary@example.com" },
              "context": { "userAgent": "{{UserAgent}}", "page": { "path": "/login" } } }
            """,
            """
            { "userId": "samir@example.com", "type": "identify", "event": "identify", "traits": { "email": "samir@example.com", "username": "samir@example.com" },
              "context": { "groupId": "1" } }
            """,
            """
            { "userId": "samir@example.com", "type": "track", "event": "Account Added User", "properties": { "role": "Imported" },
              "context": { "groupId": "1" } }
            """);
        Assert.Equal(
            ["Account Created was not tracked: outside-scope.", "Signed Up was not tracked: outside-scope."],
            app.Suppressed().Where(line => line.EndsWith("outside-scope.", StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal));

        // What Mary saves in her own request is hers, and what Peter's hub call saves is his.
        await PostAsync(marys, "/teams", HttpStatusCode.Created, ("name", "Chotchkies"));
        await using var connection = await WatchAsync(app, jar);
        await connection.InvokeAsync(nameof(ImportHub.CreateTeam), "Flair", TestContext.Current.CancellationToken);
        await PostAsync(peters, "/logout", HttpStatusCode.NoContent);
        await app.AssertSentAsync(
            $$"""
            { "userId": "{{mary}}", "anonymousId": "browser-2", "type": "track", "event": "Account Created", "properties": { "account_name": "Chotchkies" },
              "context": { "groupId": "2", "userAgent": "{{UserAgent}}", "page": { "path": "/teams" } } }
            """,
            $$"""
            { "userId": "{{mary}}", "anonymousId": "browser-2", "type": "track", "event": "Account Added User", "properties": { "role": "Owner" },
              "context": { "groupId": "2", "userAgent": "{{UserAgent}}", "page": { "path": "/teams" } } }
            """,
            $$"""
            { "userId": "{{peter}}", "anonymousId": "browser-1", "type": "track", "event": "Imports Watched", "properties": {},
              "context": { "userAgent": "{{UserAgent}}" } }
            """,
            $$"""
            { "userId": "{{peter}}", "anonymousId": "browser-1", "type": "track", "event": "Account Created", "properties": { "account_name": "Flair" },
              "context": { "groupId": "3", "userAgent": "{{UserAgent}}" } }
            """,
            $$"""
            { "userId": "{{peter}}", "anonymousId": "browser-1", "type": "track", "event": "Account Added User", "properties": { "role": "Owner" },
              "context": { "groupId": "3", "userAgent": "{{UserAgent}}" } }
            """,
            $$"""
            { "userId": "{{peter}}", "anonymousId": "browser-1", "type": "track", "event": "Signed Out", "properties": { "username": "peter@example.com" },
              "context": { "groupId": "3", "userAgent": "{{UserAgent}}", "page": { "path": "/logout" } } }
            """);
        await app.AssertEndAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_circuit_that_is_closed_is_forgotten_whatever_its_first_render_has_begun(bool isAdded)
    {
        await using var app = await StartAsync();
        await CreateUserAsync(app, "peter@example.com");
        using var peters = await SignInAsync(app, "peter@example.com", "browser-1", out var jar);
        var begun = app.Services.GetRequiredService<Begun>();
        for (var i = 0; i < 40; i++)
        {
            await using var connection = await RenderAsync(app, peters, jar, "/begin", isAdded);
        }

        Assert.Equal(40, begun.Count);

        await Garbage.CollectAsync(() => begun.Alive);
    }

    [Fact]
    public async Task Its_coverage_names_the_cookie_and_the_mappings()
    {
        await using var app = await StartAsync();

        Assert.Equal(
            """
            Signed Up             Ready      new users of BoardDb (ASP.NET Core Identity)
            Signed In             Ready      sessions of Identity.Application
            Signed Out            Ready      sessions of Identity.Application
            Account Created       Ready      MapAccounts<Team>
            Account Deleted       Ready      MapAccounts<Team>
            Account Added User    Ready      MapMemberships<TeamUser>
            Account Removed User  Ready      MapMemberships<TeamUser>
            Invite Sent           Missing    No endpoint tracks invites.
                                             [TrackInviteSent] // on the endpoint that sends invites
            Trial Started         Missing    No entity is mapped as a trial, and no endpoint tracks one.
                                             [TrackTrialStarted] // on the endpoint that starts a trial
            Trial Ended           Missing    No entity is mapped as a trial, and no endpoint tracks one.
                                             [TrackTrialEnded] // on the endpoint that ends a trial

            """,
            await app.CoverageAsync());
    }

    public void Dispose() => _database.Dispose();

    [GeneratedRegex("""<!--Blazor:(\{"type":"server".*?\})-->""")]
    private static partial Regex Marker();

    private static Task<string> CreateUserAsync(HostedApplication app, string email) => app.WithScopeAsync(async services =>
    {
        var user = new IdentityUser(email) { Email = email };
        Assert.True((await services.GetRequiredService<UserManager<IdentityUser>>().CreateAsync(user, Password)).Succeeded);
        return user.Id;
    });

    private static Task<TestBrowser> SignInAsync(HostedApplication app, string email, string anonymousId, out CookieJar jar)
    {
        var browser = app.OpenBrowser(out jar);
        browser.Client.DefaultRequestHeaders.Add("User-Agent", UserAgent);
        jar.Cookies.Add(app.Address, new Cookie("ajs_anonymous_id", anonymousId));
        return LogInAsync();

        async Task<TestBrowser> LogInAsync()
        {
            await PostAsync(browser, "/login", HttpStatusCode.NoContent, ("email", email), ("password", Password));
            return browser;
        }
    }

    private static async Task PostAsync(TestBrowser browser, string path, HttpStatusCode expected, params (string Name, string Value)[] fields)
    {
        using var response = await browser.PostAsync(path, fields);
        Assert.Equal(expected, response.StatusCode);
    }

    private static async Task<HubConnection> WatchAsync(HostedApplication app, CookieJar jar)
    {
        var connection = new HubConnectionBuilder().WithUrl(new Uri(app.Address, "/imports-hub"), options => At(jar, options)).Build();
        await connection.StartAsync(TestContext.Current.CancellationToken);
        await connection.InvokeAsync(nameof(ImportHub.Watch), TestContext.Current.CancellationToken);
        return connection;
    }

    private static void At(CookieJar jar, HttpConnectionOptions options)
    {
        options.Cookies = jar.Cookies;
        options.Headers["User-Agent"] = UserAgent;
    }

    // As the browser's script does: the button of a page that is rendered is clicked.
    private static async Task<HubConnection> ClickAsync(HostedApplication app, TestBrowser browser, CookieJar jar)
    {
        var clicked = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var connection = await RenderAsync(app, browser, jar, "/board", isAdded: false, clicked);

        // The first object that the circuit has given to the browser takes its events; the button's is the first handler.
        await connection.SendAsync(
            "BeginInvokeDotNetFromJS", "1", null, "DispatchEventAsync", 1L, """[{"eventHandlerId":1,"eventName":"click"},{"type":"click"}]""", TestContext.Current.CancellationToken);
        Assert.Equal("True {}", await clicked.Task.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken));
        return connection;
    }

    // As the browser's script does: what the page says of its component begins a circuit, which renders it; or is added to a circuit that has begun.
    private static async Task<HubConnection> RenderAsync(
        HostedApplication app, TestBrowser browser, CookieJar jar, string path, bool isAdded, TaskCompletionSource<string>? clicked = null)
    {
        using var page = await browser.GetAsync(path);
        var marker = Marker().Match(await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Groups[1].Value;
        var builder = new HubConnectionBuilder().WithUrl(new Uri(app.Address, "/_blazor"), HttpTransportType.WebSockets, options => At(jar, options));
        builder.Services.AddSingleton(app.Services.GetServices<IHubProtocol>().Single(protocol => protocol.Name == "blazorpack"));
        var connection = builder.Build();
        var rendered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.On<int, byte[]>("JS.RenderBatch", (_, _) => rendered.TrySetResult());
        connection.On<string, bool, string>("JS.EndInvokeDotNet", (_, succeeded, result) => clicked?.TrySetResult($"{succeeded} {result}"));
        connection.On<string>("JS.Error", error =>
        {
            rendered.TrySetException(new InvalidOperationException(error));
            clicked?.TrySetResult(error);
        });
        await connection.StartAsync(TestContext.Current.CancellationToken);
        Assert.NotNull(await connection.InvokeAsync<string?>(
            "StartCircuit", $"{app.Address}", $"{new Uri(app.Address, "/board")}", isAdded ? "[]" : $"[{marker}]", string.Empty, TestContext.Current.CancellationToken));
        if (isAdded)
        {
            await connection.SendAsync(
                "UpdateRootComponents",
                $$"""{"batchId":1,"operations":[{"type":"add","ssrComponentId":1,"marker":{{marker}}}]}""",
                string.Empty,
                TestContext.Current.CancellationToken);
        }

        await rendered.Task.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        return connection;
    }

    private Task<HostedApplication> StartAsync() => HostedApplication.StartAsync(
        builder =>
        {
            builder.Services.AddDbContext<BoardDb>(_database.Configure);
            builder.Services.AddCascadingAuthenticationState();
            builder.Services.AddAuthentication(IdentityConstants.ApplicationScheme).AddIdentityCookies();
            builder.Services.AddAuthorization();
            builder.Services.AddIdentityCore<IdentityUser>().AddEntityFrameworkStores<BoardDb>().AddSignInManager();
            builder.Services.Configure<PasswordHasherOptions>(options => options.IterationCount = 1);
            builder.Services.AddRazorComponents().AddInteractiveServerComponents(options =>
            {
                options.DisconnectedCircuitMaxRetained = 0;

                // The tests answer no call to JavaScript, and a circuit lives as long as its calls do.
                options.JSInteropDefaultCallTimeout = TimeSpan.FromSeconds(1);
            });
            builder.Services.AddSignalR();
            builder.Services.AddSingleton<ImportQueue>();
            builder.Services.AddSingleton<Begun>();
            builder.Services.AddIntilery()
                .MapAccounts<Team>(team => team.Id, team => team.Name)
                .MapMemberships<TeamUser>(member => member.UserId, member => member.TeamId, member => member.Role);
        },
        async app =>
        {
            await using (var scope = app.Services.CreateAsyncScope())
            {
                await scope.ServiceProvider.GetRequiredService<BoardDb>().Database.EnsureCreatedAsync();
            }

            app.UseIntileryLifecycleTracking();
            app.UseAntiforgery();
            app.MapRazorComponents<ComponentsApp>().AddInteractiveServerRenderMode();
            app.MapHub<ImportHub>("/imports-hub");
            Map(app);
        });

    private static void Map(WebApplication app)
    {
        app.MapPost("/login", async ([FromForm] string email, [FromForm] string password, SignInManager<IdentityUser> signIns) =>
            (await signIns.PasswordSignInAsync(email, password, isPersistent: false, lockoutOnFailure: true)).Succeeded ? Results.NoContent() : Results.Unauthorized())
            .DisableAntiforgery();
        app.MapPost("/logout", async (SignInManager<IdentityUser> signIns) =>
        {
            await signIns.SignOutAsync();
            return Results.NoContent();
        });
        app.MapPost("/imports", async ([FromForm] string team, [FromForm] string email, ImportQueue queue) =>
        {
            await queue.EnqueueAsync(new Import(team, email));
            return Results.Accepted();
        }).RequireAuthorization().DisableAntiforgery();
        app.MapPost("/teams", async ([FromForm] string name, ClaimsPrincipal caller, BoardDb db) =>
        {
            await AddTeamAsync(db, name, caller.FindFirstValue(ClaimTypes.NameIdentifier)!, "Owner");
            return Results.Created();
        }).RequireAuthorization().DisableAntiforgery();
    }

    private static async Task AddTeamAsync(BoardDb db, string name, string userId, string role)
    {
        var team = new Team { Name = name };
        team.Users.Add(new TeamUser { UserId = userId, Role = role });
        db.Add(team);
        await db.SaveChangesAsync();
    }

    private static void AddInteractive<T>(RenderTreeBuilder builder)
        where T : IComponent
    {
        builder.OpenComponent<T>(0);
        builder.AddComponentRenderMode(new InteractiveServerRenderMode(prerender: false));
        builder.CloseComponent();
    }

    [Authorize]
    public sealed class ImportHub(ImportQueue queue, ILifecycleTracker lifecycle, BoardDb db) : Hub
    {
        public async Task Watch()
        {
            queue.Start();
            await lifecycle.TrackAsync("Imports Watched");
        }

        public Task CreateTeam(string name) => AddTeamAsync(db, name, Context.UserIdentifier!, "Owner");
    }

    [Microsoft.AspNetCore.Components.Route("/board")]
    public sealed class BoardPage : ComponentBase
    {
        protected override void BuildRenderTree(RenderTreeBuilder builder) => AddInteractive<Board>(builder);
    }

    public sealed class Board : ComponentBase
    {
        [Inject]
        public required ImportQueue Queue { get; init; }

        [Inject]
        public required ILifecycleTracker Lifecycle { get; init; }

        protected override void BuildRenderTree(RenderTreeBuilder builder)
        {
            builder.OpenElement(0, "button");
            builder.AddAttribute(1, "onclick", EventCallback.Factory.Create(this, WatchAsync));
            builder.CloseElement();
        }

        private async Task WatchAsync()
        {
            Queue.Start();
            await Lifecycle.TrackAsync("Imports Watched");
        }
    }

    [Microsoft.AspNetCore.Components.Route("/watch")]
    public sealed class WatchPage : ComponentBase
    {
        protected override void BuildRenderTree(RenderTreeBuilder builder) => AddInteractive<Watch>(builder);
    }

    /// <summary>Begins the loop in its first render, and goes on after a wait.</summary>
    public sealed class Watch : ComponentBase
    {
        [Inject]
        public required ImportQueue Queue { get; init; }

        [Inject]
        public required ILifecycleTracker Lifecycle { get; init; }

        protected override void BuildRenderTree(RenderTreeBuilder builder) => builder.AddContent(0, "watching");

        protected override async Task OnInitializedAsync()
        {
            Queue.Start();
            await Task.Yield();
            await Lifecycle.TrackAsync("Imports Watched");
        }
    }

    [Microsoft.AspNetCore.Components.Route("/begin")]
    public sealed class BeginPage : ComponentBase
    {
        protected override void BuildRenderTree(RenderTreeBuilder builder) => AddInteractive<Begin>(builder);
    }

    /// <summary>Begins a timer in its first render that nobody stops.</summary>
    public sealed class Begin : ComponentBase
    {
        [Inject]
        public required Begun Begun { get; init; }

        [Inject]
        public required IServiceProvider Services { get; init; }

        protected override void BuildRenderTree(RenderTreeBuilder builder) => builder.AddContent(0, "begun");

        protected override void OnInitialized() => Begun.Add(this, Services);
    }

    /// <summary>What pages have begun: a timer each, which lives on.</summary>
    public sealed class Begun : IDisposable
    {
        private readonly Lock _gate = new();
        private readonly List<Timer> _timers = [];
        private readonly List<WeakReference> _circuits = [];

        public int Count => _timers.Count;

        public int Alive
        {
            get
            {
                lock (_gate)
                {
                    return _circuits.Count(circuit => circuit.IsAlive);
                }
            }
        }

        public void Add(object page, object services)
        {
            lock (_gate)
            {
                _timers.Add(new Timer(static _ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
                _circuits.Add(new WeakReference(page));
                _circuits.Add(new WeakReference(services));
            }
        }

        public void Dispose() => _timers.ForEach(timer => timer.Dispose());
    }

    public sealed record Import(string Team, string Email);

    /// <summary>Imports one team after another, each in a service scope of its own, once somebody has started it.</summary>
    public sealed class ImportQueue(IServiceScopeFactory scopes)
    {
        private readonly Channel<Import> _imports = Channel.CreateUnbounded<Import>();
        private readonly Lock _gate = new();
        private Task? _loop;

        public void Start()
        {
            lock (_gate)
            {
                _loop ??= Task.Run(RunAsync);
            }
        }

        public ValueTask EnqueueAsync(Import import)
        {
            Start();
            return _imports.Writer.WriteAsync(import);
        }

        private async Task RunAsync()
        {
            await foreach (var import in _imports.Reader.ReadAllAsync())
            {
                await using var scope = scopes.CreateAsyncScope();
                var users = scope.ServiceProvider.GetRequiredService<UserManager<IdentityUser>>();
                await users.CreateAsync(new IdentityUser(import.Email) { Id = import.Email, Email = import.Email });
                await AddTeamAsync(scope.ServiceProvider.GetRequiredService<BoardDb>(), import.Team, import.Email, "Imported");
            }
        }
    }

    public sealed class Team
    {
        public int Id { get; init; }

        public required string Name { get; init; }

        public List<TeamUser> Users { get; } = [];
    }

    public sealed class TeamUser
    {
        public int Id { get; init; }

        public int TeamId { get; init; }

        public required string UserId { get; init; }

        public required string Role { get; init; }
    }

    public sealed class BoardDb(DbContextOptions<BoardDb> options) : IdentityDbContext(options)
    {
        public DbSet<Team> Teams => Set<Team>();

        protected override void OnModelCreating(ModelBuilder builder)
        {
            base.OnModelCreating(builder);
            builder.Entity<TeamUser>().HasOne<IdentityUser>().WithMany().HasForeignKey(member => member.UserId);
        }
    }
}
