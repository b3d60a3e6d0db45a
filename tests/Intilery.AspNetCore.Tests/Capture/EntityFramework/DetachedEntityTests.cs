using Intilery.AspNetCore.Tests.Support;
using Intilery.AspNetCore.Tests.Support.Teams;
using Microsoft.EntityFrameworkCore;
using static Intilery.AspNetCore.Tests.Capture.EntityFramework.MappedTeams;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

/// <summary>Entities that no query of the context has loaded, as pages that edit what a form posts save them: what counts is what changes in the database.</summary>
public sealed class DetachedEntityTests
{
    private static readonly Action<IntileryBuilder> _all = builder =>
    {
        Members(builder);
        builder
            .MapAccounts<Team>(team => team.Id, team => team.Name, isDeleted: team => team.IsArchived)
            .MapUsers<TeamUser>(firstName: user => user.Name!.First, title: user => user.Label, isDeleted: user => user.IsArchived)
            .MapTrials<Subscription>(
                subscription => subscription.Id,
                subscription => subscription.TeamId,
                subscription => subscription.TrialEndsAt,
                isTrial: subscription => subscription.Status == SubscriptionStatus.Trialing);
    };

    private static readonly DateTimeOffset _end = new(DateTime.UtcNow.Date.AddDays(14), TimeSpan.Zero);

    [Theory]
    [InlineData("update", false)]
    [InlineData("update", true)]
    [InlineData("modified", false)]
    [InlineData("stub", false)]
    public async Task An_account_that_is_archived_is_deleted_with_the_name_of_its_row(string way, bool isSynchronous)
    {
        await using var app = await StartAsync(new Team { Id = 9, Name = "Initech" });
        await app.InRequestOfAsync("peter", async db =>
        {
            var team = new Team { Id = 9, Name = way == "stub" ? null : "Renamed", IsArchived = way != "stub" };
            switch (way)
            {
                case "update":
                    db.Update(team);
                    break;
                case "modified":
                    db.Attach(team).State = EntityState.Modified;
                    break;
                default:
                    db.Attach(team);
                    team.IsArchived = true;
                    break;
            }

            _ = isSynchronous ? db.SaveChanges() : await db.SaveChangesAsync();
        });

        var call = Assert.Single(await app.App.RecordedAsync());
        Assert.Equal("Account Deleted peter 9", call.ToString());
        Assert.Equal("""{"account_name":"Initech"}""", call.Call["properties"]!.ToJsonString());
    }

    [Fact]
    public async Task What_is_written_as_it_was_is_nothing()
    {
        await using var app = await StartAsync(
            new Team { Id = 9, Name = "Initech", IsArchived = true }, new Seat { Id = 1, UserId = "peter", TeamId = 7 }, Trial(SubscriptionStatus.Trialing));

        Assert.Empty(await app.InRequestOfAsync("peter", async db =>
        {
            db.Update(new Team { Id = 9, Name = "Initech", IsArchived = true });
            db.Update(new Seat { Id = 1, UserId = "peter", TeamId = 7 });
            db.Update(Trial(SubscriptionStatus.Trialing));
            await db.SaveChangesAsync();
        }));
    }

    [Fact]
    public async Task A_stub_that_is_removed_ends_the_membership_of_its_row()
    {
        await using var app = await StartAsync(new Seat { Id = 6, UserId = "peter", TeamId = 7 }, Member("samir", 8));

        Assert.Equal(
            ["Account Removed User peter 7", "Account Removed User samir 8"],
            await app.InRequestAsync(async db =>
            {
                db.Remove(new Seat { Id = 6 });
                db.Remove(new TeamMember { UserId = "samir", TeamId = 8 });
                await db.SaveChangesAsync();
            }));
    }

    [Fact]
    public async Task A_row_that_is_updated_ends_one_membership_and_begins_another()
    {
        await using var app = await StartAsync(new Seat { Id = 1, UserId = "peter", TeamId = 7 }, new Seat { Id = 2, UserId = "samir", TeamId = 7 });

        Assert.Equal(
            ["Account Added User peter 8", "Account Removed User peter 7", "Account Removed User samir 7"],
            (await app.InRequestAsync(async db =>
            {
                db.UpdateRange(
                    new Seat { Id = 1, UserId = "peter", TeamId = 8 }, new Seat { Id = 2, UserId = "samir", TeamId = 7, EndedAt = DateTimeOffset.UnixEpoch });
                await db.SaveChangesAsync();
            })).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_trial_that_is_converted_ends_and_a_subscription_that_becomes_one_starts()
    {
        await using var app = await StartAsync(Trial(SubscriptionStatus.Active));

        Assert.Equal(["Trial Started peter 7"], await UpdateAsync(SubscriptionStatus.Trialing));
        Assert.Equal(["Trial Ended peter 7"], await UpdateAsync(SubscriptionStatus.Active));

        Task<IReadOnlyList<string>> UpdateAsync(SubscriptionStatus status) => app.InRequestOfAsync("peter", db =>
        {
            db.Update(Trial(status));
            return db.SaveChangesAsync();
        });
    }

    [Fact]
    public async Task A_user_that_is_updated_moves_to_another_account_and_has_another_profile()
    {
        await using var app = await StartAsync(new TeamUser
        {
            Id = "milton", UserName = "milton", OrganizationId = 7, Job = "Clerk", Name = new PersonName { First = "Milton" },
        });

        Assert.Equal(
            ["Account Added User milton 8", "Account Removed User milton 7", "identify milton 8"],
            (await app.InRequestAsync(async db =>
            {
                db.Update(new TeamUser
                {
                    Id = "milton", UserName = "milton", OrganizationId = 8, Job = "Clerk", Name = new PersonName { First = "Miltie" },
                    ConcurrencyStamp = await StampAsync(db),
                });
                await db.SaveChangesAsync();
            })).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_stub_of_a_user_that_is_removed_ends_the_memberships_of_the_row()
    {
        await using var app = await StartAsync(new TeamUser { Id = "milton", UserName = "milton", OrganizationId = 7 }, Member("milton", 8));

        Assert.Equal(
            ["Account Removed User milton 7", "Account Removed User milton 8"],
            (await app.InRequestAsync(async db =>
            {
                db.Remove(new TeamUser { Id = "milton", ConcurrencyStamp = await StampAsync(db) });
                await db.SaveChangesAsync();
            })).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_UserManager_changes_counts_where_queries_do_not_track()
    {
        await using var app = await Work.StartAsync(
            async context =>
            {
                var peter = (await context.Users().FindByEmailAsync("peter@example.com"))!;
                await context.Users().SetPhoneNumberAsync(peter, "410-555-9412");
                await context.Users().AccessFailedAsync(peter);
            },
            new IdentityAppSetup { Database = options => options.UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking) });
        var id = await app.CreateUserAsync();
        await app.ForgetAsync();

        await Work.DoAsync(app);

        Assert.Equal([$"identify {id}"], (await app.LinesAsync()).Select(line => line.Replace("peter", id, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_row_that_is_not_there_is_nothing_and_the_application_has_its_own_exception()
    {
        await using var app = await StartAsync();

        Assert.Empty(await app.InRequestOfAsync("peter", async db =>
        {
            db.Update(new Team { Id = 99, IsArchived = true });
            await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() => db.SaveChangesAsync(TestContext.Current.CancellationToken));
        }));
    }

    [Fact]
    public async Task Rows_that_cannot_be_read_are_counted_and_what_is_tracked_counts()
    {
        await using var app = await StartAsync(new Seat { Id = 1, UserId = "peter", TeamId = 7 });

        Assert.Equal(
            ["Account Removed User peter 7"],
            await app.InRequestAsync(async db =>
            {
                db.Remove(await db.Seats.SingleAsync());
                await db.Database.ExecuteSqlRawAsync("ALTER TABLE Members RENAME TO Others");
                await db.SaveChangesAsync();
            }));
        Assert.Contains("stored row unreadable-row", app.App.Reasons());
    }

    private static async Task<TeamsApp> StartAsync(params object[] given)
    {
        var app = await MappedTeams.StartAsync(_all);
        await app.GivenAsync(given);
        return app;
    }

    private static Task<string?> StampAsync(TeamsDb db) =>
        db.Users.Where(user => user.Id == "milton").Select(user => user.ConcurrencyStamp).SingleAsync(TestContext.Current.CancellationToken);

    private static Subscription Trial(SubscriptionStatus status) => new() { Id = 1, TeamId = 7, Status = status, TrialEndsAt = _end };
}
