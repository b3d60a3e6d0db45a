using System.Text.Json.Nodes;
using System.Diagnostics.Metrics;
using Intilery.AspNetCore.Backfill;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Backfill;

/// <summary>The customers whom the application had before the package.</summary>
public abstract class BackfillTests(PostgresCluster postgres) : IDisposable
{
    private static readonly DateTime _spring = new(2025, 3, 1, 12, 0, 0, DateTimeKind.Utc);
    private static readonly BackfillSettings _small = new(3, 1_000);

    private readonly ScratchFolder _folder = new();
    private TestDatabase? _database;

    private protected PostgresCluster Postgres => postgres;

    private protected abstract bool IsEmbedded { get; }

    [Fact]
    public async Task A_user_is_an_identify_call_with_the_profile_the_account_and_the_time_of_the_sign_up()
    {
        await using var app = await StartAsync(db =>
        {
            db.Users.Add(new Customer { Id = "peter", UserName = "pgibbons", Email = "peter@initech.test", FirstName = "Peter", CreatedAt = _spring });
            Join(db, new CustomerTeam { Id = 7, Name = "Initech", CreatedAt = _spring }, "peter");
        });

        var result = await app.BackfillAsync();

        Assert.Equal([new IntileryBackfillPart("identify", 1, 1), new IntileryBackfillPart("trials", 0, 0)], result.Parts);
        var call = Assert.Single(await app.CallsAsync()).Call.AsObject();
        Assert.True(call.Remove("timestamp"));
        Assert.True(call["context"]!.AsObject().Remove("library"));
        call["context"]!.AsObject().Remove("app");
        Assert.True(call.Remove("messageId"));
        Assert.Equal(
            """
            {"userId":"peter","type":"identify","event":"identify","traits":{"firstName":"Peter","email":"peter@initech.test","username":"pgibbons","company":{"id":"7","name":"Initech"},"createdAt":"2025-03-01T12:00:00Z"},"context":{"groupId":"7","active":false}}
            """,
            call.ToJsonString());
    }

    [Fact]
    public async Task A_second_run_adds_nothing_and_a_restart_sends_all_under_other_message_ids()
    {
        await using var app = await StartAsync(Users(7));
        await app.BackfillAsync();
        var first = await app.CallsAsync();

        var second = await app.BackfillAsync();
        Assert.NotNull(second.Parts[0].DoneBefore);
        Assert.Equal(first.Select(call => call.Json), (await app.CallsAsync()).Select(call => call.Json));

        await app.BackfillAsync(new IntileryBackfillRequest { Restart = true });
        var all = await app.CallsAsync();
        Assert.Equal(14, all.Count);
        Assert.Equal(14, all.Select(call => call.MessageId).Distinct().Count());
    }

    [Fact]
    public async Task The_same_person_has_the_same_message_id_in_every_process()
    {
        await using var app = await StartAsync(Users(1));
        await app.BackfillAsync();

        Assert.Equal(MessageIds.Derive("identify", "user-00", "backfill"), Assert.Single(await app.CallsAsync()).MessageId);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_run_that_ended_after_any_page_goes_on_where_it_was(int page)
    {
        await using (var ended = await StartAsync(Users(10)))
        {
            using var kill = new CancellationTokenSource();
            var steps = 0;
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ended.Backfill.RunAsync(
                null,
                new Steps(_ =>
                {
                    if (++steps > page)
                    {
                        kill.Cancel();
                    }
                }),
                kill.Token));
        }

        await using var app = await StartAgainAsync();
        var result = await app.BackfillAsync();

        Assert.Equal(new IntileryBackfillPart("identify", 10, 10), result.Parts[0]);
        Assert.Equal(Names(10), (await app.CallsAsync()).Select(call => call.UserId).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_live_identify_takes_the_place_of_the_backfilled_one_that_waits()
    {
        await using var app = await StartAsync(Users(3));
        await app.BackfillAsync();

        await app.Services.GetRequiredService<ILifecycleTracker>().IdentifyAsync(
            new Dictionary<string, object?> { ["firstName"] = "Now" }, "user-01", TestContext.Current.CancellationToken);
        await app.Services.GetRequiredService<OutboxWriter>().WrittenAsync(TestContext.Current.CancellationToken);

        Assert.Equal(
            ["user-01 Now", "user-00 Then", "user-02 Then"],
            (await app.CallsAsync()).Select(call => $"{call.UserId} {(string?)call.Call["traits"]!["firstName"]}"));
    }

    [Fact]
    public async Task Who_changes_between_the_reading_and_the_writing_of_a_page_is_read_again()
    {
        var change = new ChangeOnce();
        await using var app = await StartAsync(Users(3), services: services => services.AddSingleton<IEventEnricher>(change));
        change.Change = () => _database!.ExecuteAsync("""UPDATE "AspNetUsers" SET "FirstName" = 'Now' WHERE "Id" = 'user-01'""");

        await app.BackfillAsync();

        Assert.Equal(
            ["user-00 Then", "user-02 Then", "user-01 Now"],
            (await app.CallsAsync()).Select(call => $"{call.UserId} {(string?)call.Call["traits"]!["firstName"]}"));
    }

    [Fact]
    public async Task A_kill_between_the_writing_of_a_page_and_its_second_reading_leaves_no_old_profile_behind()
    {
        var change = new ChangeOnce();
        await using (var killed = await StartAsync(Users(7), services: services => services.AddSingleton<IEventEnricher>(change)))
        {
            using var kill = new CancellationTokenSource();
            using var committed = new MeterListener();
            committed.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "intilery.events.recorded" && ReferenceEquals(instrument.Meter.Scope, killed.Services.GetRequiredService<IMeterFactory>()))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            committed.SetMeasurementEventCallback<long>((_, _, _, _) => kill.Cancel());
            committed.Start();
            change.Change = () => _database!.ExecuteAsync("""UPDATE "AspNetUsers" SET "FirstName" = 'Now' WHERE "Id" = 'user-01'""");
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => killed.Backfill.RunAsync(null, null, kill.Token));
            Assert.Equal(["user-00 Then", "user-01 Then", "user-02 Then"], await NamesSentAsync(killed));
        }

        await using var app = await StartAgainAsync();
        await app.BackfillAsync();

        Assert.Equal(
            ["user-00 Then", "user-01 Now", "user-02 Then", "user-03 Then", "user-04 Then", "user-05 Then", "user-06 Then"],
            (await NamesSentAsync(app)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Users_who_are_made_among_those_of_a_page_push_nobody_out_of_it()
    {
        var change = new ChangeOnce();
        await using var app = await StartAsync(Users(7), services: services => services.AddSingleton<IEventEnricher>(change));
        change.Change = () => app.SaveAsync(db =>
        {
            db.Users.AddRange(((string[])["user-00a", "user-00b", "user-00c"]).Select(id => new Customer { Id = id, UserName = id, Email = $"{id}@customer.test" }));
            return Task.CompletedTask;
        });

        await app.BackfillAsync();

        Assert.Equal(Names(7), (await app.CallsAsync()).Select(call => call.UserId));
    }

    [Fact]
    public async Task Whoever_is_left_out_of_live_events_is_left_out_here()
    {
        var settings = new Dictionary<string, string?>
        {
            ["Exclude:UserIds:0"] = "by-id", ["Exclude:EmailDomains:0"] = "staff.test", ["Exclude:Roles:0"] = "Staff", ["SignUp:When"] = "EmailConfirmed",
            ["Privacy:Properties:0"] = "username",
        };
        await using var app = await StartAsync(
            db =>
            {
                db.Roles.Add(new IdentityRole { Id = "r1", Name = "Staff", NormalizedName = "STAFF" });
                db.UserRoles.Add(new IdentityUserRole<string> { RoleId = "r1", UserId = "by-role" });
                db.UserClaims.Add(new IdentityUserClaim<string> { UserId = "by-claim", ClaimType = System.Security.Claims.ClaimTypes.Role, ClaimValue = "Staff" });
                foreach (var id in (string[])["by-id", "by-role", "by-claim", "by-domain", "closed", "unconfirmed", "guest", "kept"])
                {
                    db.Users.Add(new Customer
                    {
                        Id = id, UserName = id, Email = id == "guest" ? null : id == "by-domain" ? "x@staff.test" : $"{id}@customer.test", IsClosed = id == "closed",
                        EmailConfirmed = id != "unconfirmed",
                    });
                }
            },
            settings);

        var result = await app.BackfillAsync(new IntileryBackfillRequest { Events = true });

        Assert.Equal(new IntileryBackfillPart("identify", 8, 1), result.Parts[0]);
        var call = Assert.Single(await app.CallsAsync());
        Assert.Equal(("kept", """{"username":"kept"}"""), (call.UserId, call.Call["traits"]!.ToJsonString()));
    }

    [Fact]
    public async Task Events_have_their_original_times_and_nobody_is_active_by_them()
    {
        await using var app = await StartAsync(db =>
        {
            db.Users.Add(new Customer { Id = "peter", UserName = "pgibbons", Email = "peter@initech.test", CreatedAt = _spring });
            db.Users.Add(new Customer { Id = "samir", UserName = "samir", Email = "samir@initech.test", CreatedAt = _spring.AddDays(1) });
            db.Users.Add(new Customer { Id = "timeless", UserName = "timeless", Email = "timeless@initech.test" });
            Join(db, new CustomerTeam { Id = 7, Name = "Initech", CreatedAt = _spring.AddHours(1) }, "peter", "samir");
        });

        var result = await app.BackfillAsync(new IntileryBackfillRequest { Events = true });

        Assert.Equal(
            [
                new IntileryBackfillPart("identify", 3, 3), new IntileryBackfillPart("Signed Up", 3, 2), new IntileryBackfillPart("Account Created", 1, 1),
                new IntileryBackfillPart("Account Added User", 2, 2), new IntileryBackfillPart("trials", 0, 0),
            ],
            result.Parts);
        Assert.Equal(
            [
                """Signed Up peter 7 2025-03-01T12:00:00.000Z {"email":"peter@initech.test","username":"pgibbons"}""",
                """Signed Up samir 7 2025-03-02T12:00:00.000Z {"email":"samir@initech.test","username":"samir"}""",
                """Account Created peter 7 2025-03-01T13:00:00.000Z {"account_name":"Initech"}""",
                """Account Added User peter 7 2025-03-01T14:00:00.000Z {"role":"Member"}""",
                """Account Added User samir 7 2025-03-01T15:00:00.000Z {"role":"Member"}""",
            ],
            (await app.CallsAsync()).Where(call => call.Type == "track").Select(call => $"{call} {call.Call["timestamp"]} {call.Call["properties"]!.ToJsonString()}"));
        Assert.All(await app.CallsAsync(), call => Assert.False((bool)call.Call["context"]!["active"]!));
    }

    [Fact]
    public async Task Running_trials_are_scheduled_once_and_nothing_is_sent_of_them()
    {
        await using var app = await StartAsync(db =>
        {
            db.Trials.Add(new CustomerTrial { Id = 1, TeamId = 7, EndsAt = DateTime.UtcNow.AddDays(3) });
            db.Trials.Add(new CustomerTrial { Id = 2, TeamId = 7, EndsAt = _spring });
        });

        var result = await app.BackfillAsync(new IntileryBackfillRequest { Users = false });
        await app.BackfillAsync(new IntileryBackfillRequest { Users = false });

        Assert.Equal([new IntileryBackfillPart("trials", 1, 1)], result.Parts);
        Assert.Equal(["trial:1"], (await app.Store.Trials.ReadNextAsync(10, TestContext.Current.CancellationToken)).Select(trial => trial.Key));
        Assert.Empty(await app.CallsAsync());
    }

    [Fact]
    public async Task Only_rows_made_since_a_time_are_sent_if_that_is_wanted()
    {
        await using var app = await StartAsync(db => db.Users.AddRange(
            new Customer { Id = "old", UserName = "old", Email = "old@customer.test", CreatedAt = _spring },
            new Customer { Id = "new", UserName = "new", Email = "new@customer.test", CreatedAt = _spring.AddDays(1) },
            new Customer { Id = "timeless", UserName = "timeless", Email = "timeless@customer.test" }));

        await app.BackfillAsync(new IntileryBackfillRequest { Since = _spring.AddHours(1) });

        Assert.Equal(["new"], (await app.CallsAsync()).Select(call => call.UserId));
    }

    [Fact]
    public async Task A_dry_run_counts_shows_three_examples_and_records_nothing()
    {
        await using var app = await StartAsync(Users(10), new Dictionary<string, string?> { ["Exclude:UserIds:0"] = "user-00" });

        var result = await app.BackfillAsync(new IntileryBackfillRequest { DryRun = true });

        Assert.Equal(new IntileryBackfillPart("identify", 10, 9), result.Parts[0]);
        Assert.Equal(["user-01", "user-02", "user-03"], result.Examples.Select(example => (string?)JsonNode.Parse(example)!["userId"]));
        Assert.Empty(await app.CallsAsync());
        Assert.Null((await app.BackfillAsync()).Parts[0].DoneBefore);
    }

    [Fact]
    public async Task No_more_rows_wait_than_the_limit_and_it_goes_on_when_some_are_delivered()
    {
        await using var app = await StartAsync(Users(10), pages: new BackfillSettings(3, 6));
        var waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = app.Backfill.RunAsync(
            null,
            new Steps(step =>
            {
                if (step.WaitsForDelivery)
                {
                    waits.TrySetResult();
                }
            }),
            TestContext.Current.CancellationToken);

        await waits.Task.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        var waiting = await app.CallsAsync();
        Assert.Equal(6, waiting.Count);
        Assert.False(run.IsCompleted);

        await CompleteAllAsync(app);
        await run.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        Assert.Equal(Names(10), (await app.CallsAsync()).Concat(waiting).Select(call => call.UserId).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Of_two_processes_that_backfill_at_once_one_stops()
    {
        await using var app = await StartAsync(Users(10));
        var name = BackfillState.NameOf("identify", app.Destination, null);
        var isRaced = false;

        var run = app.Backfill.RunAsync(
            null,
            new Steps(step =>
            {
                if (step.Read > 0 && !isRaced)
                {
                    isRaced = true;
                    var other = new StateChange(name, 1, new BackfillState { Page = "other" }.Write());
#pragma warning disable xUnit1031 // The report is not awaited.
                    app.Store.WriteAsync([new OutboxWrite(null, new OutboxCommit([], []) { State = other })], CancellationToken.None).AsTask().GetAwaiter().GetResult();
#pragma warning restore xUnit1031
                }
            }),
            TestContext.Current.CancellationToken);

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => run.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken));
        Assert.StartsWith("Another backfill runs", fault.Message, StringComparison.Ordinal);
        Assert.Equal(3, (await app.CallsAsync()).Count);
    }

    public void Dispose()
    {
        _database?.Dispose();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected abstract Task<TestDatabase> NewDatabaseAsync();

    private protected static Action<CustomersDb> Users(int count) => db =>
        db.Users.AddRange(Names(count).Select(id => new Customer { Id = id, UserName = id, Email = $"{id}@customer.test", FirstName = "Then", CreatedAt = _spring }));

    private static async Task<IReadOnlyList<string>> NamesSentAsync(CustomersApp app) =>
        [.. (await app.CallsAsync()).Select(call => $"{call.UserId} {(string?)call.Call["traits"]!["firstName"]}")];

    private static IEnumerable<string> Names(int count) => Enumerable.Range(0, count).Select(i => $"user-{i:00}");

    private static void Join(CustomersDb db, CustomerTeam team, params string[] members)
    {
        db.Teams.Add(team);
        db.Memberships.AddRange(members.Select((id, i) => new CustomerMembership { TeamId = team.Id, UserId = id, Role = "Member", JoinedAt = _spring.AddHours(2 + i) }));
    }

    private static async Task CompleteAllAsync(CustomersApp app)
    {
        var rows = await app.Store.ReadAsync(app.Destination, DateTimeOffset.MaxValue, int.MaxValue, TestContext.Current.CancellationToken);
        if (app.Services.GetRequiredService<IDeliveryLease>() is var lease)
        {
            Assert.True(await lease.TryHoldAsync(TestContext.Current.CancellationToken));
        }

        await app.Store.CompleteAsync([.. rows.Select(row => row.Id)], TestContext.Current.CancellationToken);
    }

    private protected async Task<CustomersApp> StartAsync(
        Action<CustomersDb> rows, Dictionary<string, string?>? settings = null, Action<IServiceCollection>? services = null, BackfillSettings? pages = null)
    {
        _database = await NewDatabaseAsync();
        await CustomersApp.CreateAsync(_database, rows);
        return await StartAgainAsync(settings, services, pages);
    }

    private Task<CustomersApp> StartAgainAsync(
        Dictionary<string, string?>? settings = null, Action<IServiceCollection>? services = null, BackfillSettings? pages = null) =>
        CustomersApp.StartAsync(_database!, IsEmbedded ? _folder.Combine("outbox") : null, settings, services, pages ?? _small);

    private sealed class Steps(Action<IntileryBackfillProgress> report) : IProgress<IntileryBackfillProgress>
    {
        public void Report(IntileryBackfillProgress value) => report(value);
    }

    // Enrichers run between the reading of a page and its writing.
    private sealed class ChangeOnce : IEventEnricher
    {
        public Func<Task>? Change { get; set; }

        public void Enrich(EventEnrichment enrichment)
        {
            var change = Change;
            Change = null;
#pragma warning disable xUnit1031 // An enricher is synchronous.
            change?.Invoke().GetAwaiter().GetResult();
#pragma warning restore xUnit1031
        }
    }
}

public sealed class SqliteBackfillTests(PostgresCluster postgres) : BackfillTests(postgres)
{
    private protected override bool IsEmbedded => false;

    [Fact]
    public async Task After_each_page_it_rests_for_as_long_as_the_page_took()
    {
        var clock = new ObservedClock();
        await using var app = await StartAsync(
            Users(9), services: services => services.AddSingleton<TimeProvider>(clock).AddSingleton<IEventEnricher>(new SlowEnricher(clock)));

        var run = app.BackfillAsync();
        for (var page = 1; page <= 3; page++)
        {
            await clock.WaitedForAsync(TimeSpan.FromMilliseconds(300));
            Assert.Equal(3 * page, (await app.CallsAsync()).Count);
            await clock.PassAsync(TimeSpan.FromMilliseconds(300));
        }

        Assert.Equal(9, (await run).Parts[0].Sent);
    }

    [Theory]
    [InlineData(200, 20, 60)]
    [InlineData(200, 50, 50)]
    [InlineData(100, 10, 30)]
    [InlineData(200, 400, 400)]
    [InlineData(0, 0, 0)]
    public void After_a_fast_page_it_rests_until_the_share_of_the_rate_is_over_and_after_a_slow_one_as_long_as_the_page_took(int rows, int took, int rest) =>
        Assert.Equal(TimeSpan.FromMilliseconds(rest), BackfillSettings.RestAfter(rows, TimeSpan.FromMilliseconds(took)));

    private protected override Task<TestDatabase> NewDatabaseAsync() => Task.FromResult(TestDatabase.Sqlite());

    // A page of three takes 300 ms.
    private sealed class SlowEnricher(ObservedClock clock) : IEventEnricher
    {
        public void Enrich(EventEnrichment enrichment) => clock.Advance(TimeSpan.FromMilliseconds(100));
    }
}

public sealed class PostgresBackfillTests(PostgresCluster postgres) : BackfillTests(postgres)
{
    private protected override bool IsEmbedded => false;

    private protected override Task<TestDatabase> NewDatabaseAsync() => TestDatabase.PostgresAsync(Postgres);
}

public sealed class EmbeddedBackfillTests(PostgresCluster postgres) : BackfillTests(postgres)
{
    private protected override bool IsEmbedded => true;

    private protected override Task<TestDatabase> NewDatabaseAsync() => Task.FromResult(TestDatabase.Sqlite());
}
