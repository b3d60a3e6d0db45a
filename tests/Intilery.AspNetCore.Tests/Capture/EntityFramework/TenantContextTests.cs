using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Identity;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

/// <summary>
/// An application whose context cannot be made without a tenant, and whose query filter hides the rows of other tenants: what is read without a
/// request is read of every tenant that the application supplies.
/// </summary>
public sealed class TenantContextTests : IDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly Dictionary<string, SqliteConnection> _databases = [];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_account_of_a_session_is_found_whichever_tenant_the_membership_is_of(bool isShared)
    {
        CreateDatabases(isShared);
        await AddAsync("acme", new Seat { UserId = "mary", Firm = "firm-1" });
        await AddAsync("initech", new Seat { UserId = "peter", Firm = "firm-2" });
        await using var app = await StartAsync(saysTenants: true);
        await app.CreateUserAsync(configure: user => user.Id = "peter");

        Assert.Equal(["identify peter firm-2", "Signed In peter firm-2", "Signed Out peter firm-2"], await InAndOutAsync(app));
    }

    [Fact]
    public async Task Databases_that_name_different_accounts_for_one_id_name_none()
    {
        CreateDatabases(isShared: false);
        await AddAsync("acme", new Seat { UserId = "peter", Firm = "firm-1" });
        await AddAsync("initech", new Seat { UserId = "peter", Firm = "firm-2" });
        await using var app = await StartAsync(saysTenants: true);
        await app.CreateUserAsync(configure: user => user.Id = "peter");

        Assert.Equal(["identify peter", "Signed In peter", "Signed Out peter"], await InAndOutAsync(app));
        Assert.Contains(app.Log.Ours, line => line.Message == "An event is sent without its account (context.groupId): ambiguous-tenant.");
    }

    [Fact]
    public async Task A_sign_in_looks_through_no_more_databases_than_it_is_worth()
    {
        CreateDatabases(isShared: false, [.. Enumerable.Range(0, 17).Select(tenant => $"tenant-{tenant:00}")]);
        await AddAsync("tenant-16", new Seat { UserId = "peter", Firm = "firm-2" });
        await using var app = await StartAsync(saysTenants: true);
        await app.CreateUserAsync(configure: user => user.Id = "peter");

        Assert.Equal(["identify peter", "Signed In peter", "Signed Out peter"], await InAndOutAsync(app));
        Assert.Contains(app.Log.Ours, line => line.Exception?.Message.StartsWith("The tenants of the application have more than 16 databases", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task Without_the_tenants_a_session_has_no_account_and_the_log_says_why()
    {
        CreateDatabases(isShared: true);
        await AddAsync("initech", new Seat { UserId = "peter", Firm = "firm-2" });
        await using var app = await StartAsync(saysTenants: false);
        await app.CreateUserAsync(configure: user => user.Id = "peter");

        Assert.Equal(["identify peter", "Signed In peter", "Signed Out peter"], await InAndOutAsync(app));
        Assert.Contains(app.Log.Ours, line => line.Exception is InvalidOperationException { Message: "Which tenant?" });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_backfill_reads_the_users_of_every_tenant_once_with_their_accounts(bool isShared)
    {
        CreateDatabases(isShared);
        await AddAsync("acme", new IdentityUser("mary@acme.test") { Id = "mary" }, new Seat { UserId = "mary", Firm = "firm-1" }, new Firm { Id = "firm-1", Name = "Acme", Tenant = "acme" });
        await AddAsync("initech", new IdentityUser("peter@initech.test") { Id = "peter" }, new Seat { UserId = "peter", Firm = "firm-2" }, new Firm { Id = "firm-2", Name = "Initech", Tenant = "initech" });

        var (result, messages) = await BackfillAsync(saysTenants: true);

        Assert.Empty(result.Unread);
        Assert.Equal([new IntileryBackfillPart("identify", 2, 2)], result.Parts);
        Assert.Equal(2, messages.Count);
    }

    [Fact]
    public async Task The_backfill_names_a_context_that_needs_a_tenant_where_the_application_supplies_none()
    {
        CreateDatabases(isShared: true);
        await AddAsync("acme", new IdentityUser("mary@acme.test") { Id = "mary" });

        var (result, messages) = await BackfillAsync(saysTenants: false);

        Assert.Equal([nameof(TenantDb)], result.Unread);
        Assert.Empty(messages);
    }

    public void Dispose()
    {
        _folder.Dispose();
        foreach (var database in _databases.Values)
        {
            database.Dispose();
        }
    }

    private static async Task<IReadOnlyList<string>> InAndOutAsync(IdentityApp app)
    {
        using var browser = app.OpenBrowser();
        await IdentityApp.SignInAsync(browser);
        await IdentityApp.SignOutAsync(browser);
        return await app.LinesAsync();
    }

    private void CreateDatabases(bool isShared, params string[] tenants)
    {
        SqliteConnection? shared = null;
        foreach (var tenant in tenants is [] ? ["acme", "initech"] : tenants)
        {
            var isNew = shared is null || !isShared;
            var database = isNew ? new SqliteConnection($"Data Source=tenant-{Guid.NewGuid():N};Mode=Memory;Cache=Shared") : new SqliteConnection(shared!.ConnectionString);
            database.Open();
            shared ??= database;
            _databases[tenant] = database;
            if (isNew)
            {
                using var db = Db(tenant);
                db.Database.EnsureCreated();
            }
        }
    }

    private TenantDb Db(string tenant) => new(new DbContextOptionsBuilder<TenantDb>().UseSqlite(_databases[tenant].ConnectionString).Options, new CurrentTenant { Id = tenant });

    private async Task AddAsync(string tenant, params object[] rows)
    {
        await using var db = Db(tenant);
        foreach (var row in rows)
        {
            (row as Seat)?.Tenant = tenant;
            db.Add(row);
        }

        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
    }

    private Task<IdentityApp> StartAsync(bool saysTenants) => IdentityApp.StartAsync(new IdentityAppSetup { Services = services => Add(services, saysTenants) });

    private void Add(IServiceCollection services, bool saysTenants)
    {
        services.AddScoped<CurrentTenant>();
        services.AddDbContext<TenantDb>((provider, options) => options.UseSqlite(
            _databases[provider.GetRequiredService<CurrentTenant>().Id ?? throw new InvalidOperationException("Which tenant?")].ConnectionString));
        var intilery = services.AddIntilery()
            .MapAccounts<Firm>(firm => firm.Id, firm => firm.Name)
            .MapMemberships<Seat>(seat => seat.UserId, seat => seat.Firm);
        if (saysTenants)
        {
            intilery.ForEachTenant(_ => _databases.Keys.ToAsyncEnumerable(), (provider, tenant) => provider.GetRequiredService<CurrentTenant>().Id = tenant);
        }
    }

    private async Task<(IntileryBackfillResult Result, IReadOnlyList<string> Messages)> BackfillAsync(bool saysTenants)
    {
        using var host = WorkerHost.Create(
            "Production",
            new Dictionary<string, string?>
            {
                ["ClientId"] = "acme",
                ["AuthToken"] = "secret",
                ["BaseAddress"] = "http://127.0.0.1:9",
                ["Delivery:Enabled"] = "false",
                ["Outbox:Path"] = _folder.Path,
            },
            services: services => Add(services, saysTenants));
        await host.Application.StartAsync(TestContext.Current.CancellationToken);
        var result = await host.Services.GetRequiredService<IIntileryBackfill>().RunAsync(null, cancellationToken: TestContext.Current.CancellationToken)
            .WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        var rows = await host.Services.GetRequiredService<IOutboxStore>().ReadAsync(host.Options.Destination, DateTimeOffset.MaxValue, int.MaxValue, TestContext.Current.CancellationToken);
        await host.Application.StopAsync(TestContext.Current.CancellationToken);
        return (result, [.. rows
            .Select(row => new ReceivedCall(row.Destination, System.Text.Encoding.UTF8.GetString(row.Payload.Span)))
            .Select(call => $"{call} {call.Call["traits"]?["company"]?["name"]}")]);
    }

    private sealed class CurrentTenant
    {
        public string? Id { get; set; }
    }

    private sealed class Firm
    {
        public required string Id { get; init; }

        public required string Name { get; init; }

        public required string Tenant { get; init; }
    }

    private sealed class Seat
    {
        public int Id { get; init; }

        public required string UserId { get; init; }

        public required string Firm { get; init; }

        public string Tenant { get; set; } = string.Empty;
    }

    private sealed class TenantDb(DbContextOptions<TenantDb> options, CurrentTenant tenant) : DbContext(options)
    {
        private readonly string _tenant = tenant.Id ?? throw new InvalidOperationException("Which tenant?");

        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.Entity<IdentityUser>();
            modelBuilder.Entity<Firm>().HasQueryFilter(firm => firm.Tenant == _tenant);
            modelBuilder.Entity<Seat>().HasQueryFilter(seat => seat.Tenant == _tenant);
        }
    }
}
