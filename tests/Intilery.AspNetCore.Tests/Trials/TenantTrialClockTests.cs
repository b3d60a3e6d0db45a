using Intilery.AspNetCore.Capture.EntityFramework;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox.Memory;
using Intilery.AspNetCore.Tests.Support;
using Intilery.AspNetCore.Tests.Support.Teams;
using Intilery.AspNetCore.Trials;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Trials;

/// <summary>An application with a database for each tenant, whose context cannot be made without one: it says which tenants there are.</summary>
public sealed class TenantTrialClockTests : IDisposable
{
    private static readonly DateTimeOffset _noon = OutboxSample.Noon;

    private readonly ObservedClock _time = new();
    private readonly Dictionary<string, SqliteConnection> _databases = new()
    {
        ["acme"] = new($"Data Source=acme-{Guid.NewGuid():N};Mode=Memory;Cache=Shared"),
        ["initech"] = new($"Data Source=initech-{Guid.NewGuid():N};Mode=Memory;Cache=Shared"),
    };

    private string? _away;

    public TenantTrialClockTests()
    {
        foreach (var (tenant, database) in _databases)
        {
            database.Open();
            using var db = Db(tenant);
            db.Database.EnsureCreated();
        }
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Trials_of_every_tenant_are_found_at_the_start()
    {
        using var desk = Desk();
        await AddAsync("acme", 1);
        await AddAsync("initech", 2);

        desk.Run();
        await _time.WaitedForAsync(TrialClock.LongestSleep);

        Assert.Equal(["trial:1", "trial:2"], (await desk.Store.NextAsync()).Select(trial => trial.Key).Order(StringComparer.Ordinal));
        await desk.StopAsync();
    }

    [Fact]
    public async Task A_trial_ends_by_its_row_in_its_tenants_database()
    {
        using var desk = Desk();
        await AddAsync("acme", 1);
        await AddAsync("initech", 2, 3);
        await StartedAsync(desk, 1, 2, 3);
        await ChangeAsync("initech", 2, row => row.Status = SubscriptionStatus.Active);

        _time.Advance(TimeSpan.FromDays(10));
        await desk.LookAsync();

        Assert.Equal(["1001", "1003"], (await desk.EndedAsync()).Select(call => call.GroupId).Order(StringComparer.Ordinal));
        Assert.Equal(
            [$"Trial Ended was not tracked: {Reasons.NoTrial}."],
            desk.Log.Ours.Where(line => line.Id == 100).Select(line => line.Message));
        Assert.Empty(await desk.Store.NextAsync());
    }

    [Theory]
    [InlineData("acme")]
    [InlineData("initech")]
    public async Task A_tenant_whose_database_is_away_postpones_its_own_trials_alone(string away)
    {
        using var desk = Desk();
        await AddAsync("acme", 1);
        await AddAsync("initech", 2);
        await StartedAsync(desk, 1, 2);
        _time.Advance(TimeSpan.FromDays(10));
        _away = away;

        await desk.LookAsync();
        Assert.Equal([away == "acme" ? "1002" : "1001"], (await desk.EndedAsync()).Select(call => call.GroupId));

        _away = null;
        await desk.LookAsync();
        Assert.Equal(["1001", "1002"], (await desk.EndedAsync()).Select(call => call.GroupId).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Without_the_tenants_a_context_that_needs_one_ends_no_trial()
    {
        using var desk = Desk(saysTenants: false);
        await AddAsync("acme", 1);
        await StartedAsync(desk, 1);
        _time.Advance(TimeSpan.FromDays(10));

        await desk.LookAsync();

        Assert.Empty(await desk.EndedAsync());
        Assert.Equal("trial:1", Assert.Single(await desk.Store.NextAsync()).Key);
        Assert.Contains(desk.Log.Ours, line => line.Id == 101 && line.Exception is InvalidOperationException { Message: "Which tenant?" });
    }

    [Fact]
    public async Task Tenants_that_share_a_database_are_looked_at_once()
    {
        using var diagnostics = new TestDiagnostics(TimeProvider.System);
        await using var services = Services(saysTenants: true, shared: "acme").BuildServiceProvider(validateScopes: true);
        var contexts = new ApplicationContexts(
            [typeof(TrialsDb)], services.GetRequiredService<IServiceScopeFactory>(), diagnostics.Diagnostics, services.GetRequiredService<TenantList>());
        var looks = 0;

        Assert.Empty(await contexts.ForEachAsync("looking", _ => Task.FromResult(++looks > 0), Cancelled));

        Assert.Equal(1, looks);
    }

    [Fact]
    public async Task Tenants_that_cannot_be_listed_are_logged()
    {
        using var diagnostics = new TestDiagnostics(TimeProvider.System);
        var collection = Services(saysTenants: false);
        new IntileryBuilder(collection).ForEachTenant<string>(_ => throw new InvalidOperationException("The catalog is away."), (_, _) => { });
        await using var services = collection.BuildServiceProvider(validateScopes: true);
        var contexts = new ApplicationContexts(
            [typeof(TrialsDb)], services.GetRequiredService<IServiceScopeFactory>(), diagnostics.Diagnostics, services.GetRequiredService<TenantList>());

        Assert.Equal([typeof(TrialsDb)], await contexts.ForEachAsync("looking", _ => throw new NotSupportedException(), Cancelled));

        Assert.Contains(diagnostics.Log.Ours, line => line.Exception is InvalidOperationException { Message: "The catalog is away." });
    }

    public void Dispose()
    {
        foreach (var database in _databases.Values)
        {
            database.Dispose();
        }
    }

    private TrialDesk Desk(bool saysTenants = true) => new(
        new MemoryOutboxStore(10_000),
        _time,
        services: services =>
        {
            foreach (var service in Services(saysTenants))
            {
                services.Add(service);
            }

            new IntileryBuilder(services).MapTrials<Subscription>(
                row => row.Id, row => row.TeamId, row => row.TrialEndsAt, row => row.StartedAt, row => row.Plan, row => row.Status == SubscriptionStatus.Trialing);
        },
        contexts: [typeof(TrialsDb)]);

    private ServiceCollection Services(bool saysTenants, string? shared = null)
    {
        var services = new ServiceCollection();
        services.AddScoped<CurrentTenant>();
        services.AddDbContext<TrialsDb>((provider, options) => options.UseSqlite(
            provider.GetRequiredService<CurrentTenant>().Id is not { } tenant ? throw new InvalidOperationException("Which tenant?")
            : tenant == _away ? throw new InvalidOperationException("Away.")
            : _databases[shared ?? tenant].ConnectionString));
        if (saysTenants)
        {
            new IntileryBuilder(services).ForEachTenant(_ => _databases.Keys.ToAsyncEnumerable(), (provider, tenant) => provider.GetRequiredService<CurrentTenant>().Id = tenant);
        }

        return services;
    }

    private TrialsDb Db(string tenant) => new(new DbContextOptionsBuilder<TrialsDb>().UseSqlite(_databases[tenant].ConnectionString).Options);

    private async Task AddAsync(string tenant, params int[] ids)
    {
        await using var db = Db(tenant);
        db.AddRange(ids.Select(id => new Subscription { Id = id, TeamId = 1000 + id, StartedAt = _noon, TrialEndsAt = _noon.AddDays(10) }));
        await db.SaveChangesAsync(Cancelled);
    }

    private async Task ChangeAsync(string tenant, int id, Action<Subscription> change)
    {
        await using var db = Db(tenant);
        change(await db.Subscriptions.SingleAsync(row => row.Id == id, Cancelled));
        await db.SaveChangesAsync(Cancelled);
    }

    private static async Task StartedAsync(TrialDesk desk, params int[] ids)
    {
        foreach (var id in ids)
        {
            await desk.RecordAsync(
                new TrialStarted { TrialId = $"{id}", TrialStartDate = _noon, TrialEndDate = _noon.AddDays(10), TrialPlanName = "Business" }, groupId: $"{1000 + id}");
        }
    }

    private sealed class CurrentTenant
    {
        public string? Id { get; set; }
    }
}
