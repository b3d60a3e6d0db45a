using System.Data.Common;
using System.Security.Claims;
using System.Text;
using Intilery.AspNetCore.Tests.Support;
using Intilery.AspNetCore.Tests.Support.Teams;
using Intilery.AspNetCore.Trials;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

/// <summary>Accounts and trials are noted in the very transaction that saves them, and trials end by the clock of their database.</summary>
public sealed class SharedMappingTests
{
    [Fact]
    public async Task What_is_committed_behind_EF_Core_s_back_is_an_event_and_what_is_disposed_is_none()
    {
        using var database = TestDatabase.Sqlite();
        await using var app = await StartAsync(database);

        await SaveAsync(app, commit: false, new Team { Id = 7 }, Trial(app, 1, 7));
        await SaveAsync(app, commit: true, new Team { Id = 8 }, Trial(app, 2, 8));

        Assert.Equal(["Account Created peter 8", "Trial Started peter 8"], await RecordedAsync(app));
    }

    [Fact]
    public async Task A_trial_goes_from_its_row_to_its_end_by_the_clock()
    {
        using var database = TestDatabase.Sqlite();
        await using var app = await StartAsync(database);
        await SaveAsync(app, commit: true, Trial(app, 1, 7));
        await app.RequestAsync<TrialsDb>(async db =>
        {
            var trial = await db.Subscriptions.SingleAsync();
            trial.TrialEndsAt = trial.TrialEndsAt!.Value.AddDays(7);
            await db.SaveChangesAsync();
        });

        app.Clock.Advance(TimeSpan.FromDays(14));
        await app.Services.GetRequiredService<TrialClock>().EndDueAsync(CancellationToken.None);
        Assert.Equal(["Trial Started peter 7"], await RecordedAsync(app));

        app.Clock.Advance(TimeSpan.FromDays(7));
        await app.Services.GetRequiredService<TrialClock>().EndDueAsync(CancellationToken.None);
        Assert.Equal(["Trial Started peter 7", "Trial Ended peter 7"], await RecordedAsync(app));

        // The row says it only now, and nobody is told twice.
        await app.RequestAsync<TrialsDb>(async db =>
        {
            (await db.Subscriptions.SingleAsync()).Status = SubscriptionStatus.Cancelled;
            await db.SaveChangesAsync();
        });
        Assert.Equal(2, (await RecordedAsync(app)).Count);
    }

    private static Task<SharedOutboxApp> StartAsync(TestDatabase database) => SharedOutboxApp.StartAsync<TrialsDb>(
        database,
        services => services.AddIntilery()
            .MapAccounts<Team>(team => team.Id, team => team.Name)
            .MapTrials<Subscription>(
                trial => trial.Id, trial => trial.TeamId, trial => trial.TrialEndsAt, isTrial: trial => trial.Status == SubscriptionStatus.Trialing));

    private static Subscription Trial(SharedOutboxApp app, int id, int teamId) => new() { Id = id, TeamId = teamId, TrialEndsAt = app.Clock.GetUtcNow().AddDays(14) };

    private static Task SaveAsync(SharedOutboxApp app, bool commit, params object[] entities) => app.RequestAsync(async context =>
    {
        context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, "peter")], "test"));
        var db = context.RequestServices.GetRequiredService<TrialsDb>();
        await db.Database.OpenConnectionAsync();
        await using DbTransaction raw = await db.Database.GetDbConnection().BeginTransactionAsync();
        await db.Database.UseTransactionAsync(raw);
        db.AddRange(entities);
        await db.SaveChangesAsync();
        if (commit)
        {
            await raw.CommitAsync();
        }
    });

    private static async Task<IReadOnlyList<string>> RecordedAsync(SharedOutboxApp app)
    {
        var destination = app.Services.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue.Destination;
        var rows = await app.Outbox.ReadAsync(destination, DateTimeOffset.MaxValue, int.MaxValue, CancellationToken.None);
        return [.. rows.Select(row => new ReceivedCall(row.Destination, Encoding.UTF8.GetString(row.Payload.Span)).ToString())];
    }
}
