using Intilery.AspNetCore.Tests.Support;
using Intilery.AspNetCore.Tests.Support.Teams;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Tests.Capture.Identity;

/// <summary>The application's own entities say who is in which team, with every shape of key and of ending.</summary>
public sealed class MappedMembershipTests
{
    private static readonly Action<IntileryBuilder> _members = builder => builder
        .MapMemberships<TeamMember>(member => member.UserId, member => member.TeamId, role: member => member.Role)
        .MapMemberships<Seat>(seat => seat.UserId, seat => seat.TeamId, isDeleted: seat => seat.EndedAt != null);

    [Fact]
    public async Task A_row_that_appears_adds_the_user_in_its_role_and_one_that_disappears_removes_it()
    {
        await using var app = await StartAsync();

        Assert.Equal(["Account Added User peter 7 as Owner"], await app.InRequestAsync(db => AddAsync(db, Member("peter", 7, TeamRole.Owner))));
        Assert.Equal(
            ["Account Removed User peter 7"],
            await app.InRequestAsync(async db =>
            {
                db.Members.Remove(await db.Members.SingleAsync());
                await db.SaveChangesAsync();
            }));
    }

    [Fact]
    public async Task Another_role_of_the_same_member_is_nothing()
    {
        await using var app = await StartAsync(Member("peter", 7));

        Assert.Empty(await app.InRequestAsync(async db =>
        {
            (await db.Members.SingleAsync()).Role = TeamRole.Owner;
            await db.SaveChangesAsync();
        }));
    }

    [Fact]
    public async Task A_key_that_is_changed_moves_the_membership()
    {
        await using var app = await StartAsync(new Seat { UserId = "peter", TeamId = 7 });

        Assert.Equal(
            ["Account Added User peter 8", "Account Removed User peter 7"],
            await app.InRequestAsync(async db =>
            {
                (await db.Seats.SingleAsync()).TeamId = 8;
                await db.SaveChangesAsync();
            }));
        Assert.Equal(
            ["Account Removed User peter 8", "Account Added User samir 8"],
            await app.InRequestAsync(async db =>
            {
                (await db.Seats.SingleAsync()).UserId = "samir";
                await db.SaveChangesAsync();
            }));
        Assert.Equal(
            ["Account Removed User samir 8"],
            await app.InRequestAsync(async db =>
            {
                (await db.Seats.SingleAsync()).UserId = null;
                await db.SaveChangesAsync();
            }));
    }

    [Fact]
    public async Task A_second_row_of_the_same_account_adds_nobody_and_the_last_one_to_go_removes()
    {
        await using var app = await StartAsync(new Seat { UserId = "peter", TeamId = 7 });

        Assert.Empty(await app.InRequestAsync(db => AddAsync(db, new Seat { UserId = "peter", TeamId = 7 })));
        Assert.Empty(await app.InRequestAsync(EndOneSeatAsync));
        Assert.Equal(["Account Removed User peter 7"], await app.InRequestAsync(EndOneSeatAsync));
    }

    [Fact]
    public async Task A_row_that_is_marked_as_ended_removes_and_one_that_is_brought_back_adds()
    {
        await using var app = await StartAsync(new Seat { UserId = "peter", TeamId = 7 });

        Assert.Equal(["Account Removed User peter 7"], await app.InRequestAsync(EndOneSeatAsync));
        Assert.Equal(
            ["Account Added User peter 7"],
            await app.InRequestAsync(async db =>
            {
                (await db.Seats.IgnoreQueryFilters().SingleAsync()).EndedAt = null;
                await db.SaveChangesAsync();
            }));
        Assert.Empty(await app.InRequestAsync(db => AddAsync(db, new Seat { UserId = "peter", TeamId = 8, EndedAt = DateTimeOffset.UnixEpoch })));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_delete_that_the_applications_interceptor_turns_into_an_ending_removes_once(bool inTransaction)
    {
        await using var app = await StartAsync(database: options => options.AddInterceptors(new SeatsAreKept()), given: new Seat { UserId = "peter", TeamId = 7 });

        Assert.Equal(
            ["Account Removed User peter 7"],
            await app.InRequestAsync(async db =>
            {
                await using var transaction = inTransaction ? await db.Database.BeginTransactionAsync() : null;
                db.Seats.Remove(await db.Seats.SingleAsync());
                await db.SaveChangesAsync();
                await (transaction?.CommitAsync() ?? Task.CompletedTask);
            }));
        Assert.Empty(await app.InRequestAsync(async db =>
        {
            db.Seats.Remove(await db.Seats.IgnoreQueryFilters().SingleAsync());
            await db.SaveChangesAsync();
        }));
    }

    [Fact]
    public async Task Several_places_that_say_the_same_are_one_membership()
    {
        await using var app = await StartAsync(new Seat { UserId = "samir", TeamId = 7 });

        Assert.Equal(
            ["Account Added User peter 7 as Member"],
            await app.InRequestAsync(async db =>
            {
                db.Members.Add(Member("peter", 7));
                await db.SaveChangesAsync();
                db.UserClaims.Add(Claim("peter", "7"));
                await db.SaveChangesAsync();
            }));
        Assert.Empty(await app.InRequestAsync(async db =>
        {
            db.UserClaims.Remove(await db.UserClaims.SingleAsync());
            await db.SaveChangesAsync();
        }));
        Assert.Empty(await app.InRequestAsync(db => AddAsync(db, Claim("samir", "7"))));
    }

    [Fact]
    public async Task A_membership_outside_of_any_request_is_an_event_and_its_user_is_not()
    {
        await using var app = await TeamsApp.StartAsync(_members);

        Assert.Equal(["Account Added User peter 7 as Member"], await app.OutsideAsync(db => AddAsync(db, User("peter"), new Team { Id = 7 }, Member("peter", 7))));
        Assert.Equal(["Signed Up outside-scope"], app.App.Reasons());
    }

    [Fact]
    public async Task A_deleted_user_is_removed_from_the_accounts_of_rows_that_nobody_loaded()
    {
        await using var app = await StartAsync(Member("peter", 7), new Seat { UserId = "peter", TeamId = 8 }, Member("samir", 7), Claim("peter", "9"));

        Assert.Equal(
            ["Account Removed User peter 9", "Account Removed User peter 7", "Account Removed User peter 8"],
            (await app.InRequestAsync(async db =>
            {
                db.Users.Remove(await db.Users.SingleAsync(user => user.Id == "peter"));
                await db.SaveChangesAsync();
            })).OrderByDescending(line => line.EndsWith('9')).ThenBy(line => line, StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_deleted_account_removes_the_members_that_are_deleted_with_it_as_far_as_they_are_tracked()
    {
        await using var app = await StartAsync(Member("peter", 7), Member("samir", 8));

        Assert.Equal(
            ["Account Removed User peter 7"],
            await app.InRequestAsync(async db =>
            {
                db.Teams.Remove(await db.Teams.Include(team => team.Members).SingleAsync(team => team.Id == 7));
                await db.SaveChangesAsync();
            }));
        Assert.Empty(await app.InRequestAsync(async db =>
        {
            db.Teams.Remove(await db.Teams.SingleAsync(team => team.Id == 8));
            await db.SaveChangesAsync();
        }));
    }

    [Fact]
    public async Task A_key_over_a_navigation_is_the_foreign_key()
    {
        await using var app = await StartAsync(
            map: builder => builder.MapMemberships<TeamMember>(member => member.User!.Id, member => EF.Property<int>(member, "TeamId")));

        Assert.Equal(["Account Added User peter 7"], await app.InRequestAsync(db => AddAsync(db, Member("peter", 7))));
    }

    [Fact]
    public async Task A_member_and_the_user_in_one_save_are_a_sign_up_into_the_account()
    {
        await using var app = await StartAsync();

        Assert.Equal(
            ["identify milton 7", "Signed Up milton 7", "Account Added User milton 7 as Owner"],
            await app.InRequestAsync(db => AddAsync(db, User("milton"), Member("milton", 7, TeamRole.Owner))));
    }

    [Fact]
    public async Task A_save_that_refuses_detection_of_changes_is_read_as_it_is()
    {
        await using var app = await StartAsync(Member("peter", 7));

        Assert.Equal(
            ["Account Added User samir 8 as Member"],
            await app.InRequestAsync(async db =>
            {
                db.ChangeTracker.AutoDetectChangesEnabled = false;
                await db.Users.LoadAsync();
                db.Users.Local.First().PhoneNumber = "undetected";
                db.Members.Add(Member("samir", 8));
                Assert.Equal(1, await db.SaveChangesAsync());
            }));
    }

    [Fact]
    public async Task Other_peoples_rows_and_large_imports_do_not_matter()
    {
        await using var app = await StartAsync(Member("samir", 7));

        var lines = await app.InRequestAsync(async db =>
        {
            db.Seats.AddRange(Enumerable.Range(0, 300).Select(i => new Seat { UserId = $"user-{i}", TeamId = 7 }));
            await db.SaveChangesAsync();
        });

        Assert.Equal(300, lines.Count(line => line.StartsWith("Account Added User user-", StringComparison.Ordinal)));
        Assert.Equal(300, lines.Count);
    }

    private static async Task<TeamsApp> StartAsync(Action<IntileryBuilder> map)
    {
        var app = await TeamsApp.StartAsync(map);
        await app.GivenAsync(User("peter"), User("samir"), new Team { Id = 7 }, new Team { Id = 8 });
        return app;
    }

    private static Task<TeamsApp> StartAsync(params object[] given) => StartAsync(null, given);

    private static async Task<TeamsApp> StartAsync(Action<DbContextOptionsBuilder>? database, params object[] given)
    {
        var app = await TeamsApp.StartAsync(_members, database: database);
        await app.GivenAsync([User("peter"), User("samir"), new Team { Id = 7 }, new Team { Id = 8 }, .. given]);
        return app;
    }

    private static async Task AddAsync(TeamsDb db, params object[] entities)
    {
        db.AddRange(entities);
        await db.SaveChangesAsync();
    }

    private static async Task EndOneSeatAsync(TeamsDb db)
    {
        (await db.Seats.OrderBy(seat => seat.Id).FirstAsync()).EndedAt = DateTimeOffset.UnixEpoch;
        await db.SaveChangesAsync();
    }

    private static TeamUser User(string id) => new() { Id = id, UserName = id };

    private static TeamMember Member(string user, int team, TeamRole role = TeamRole.Member) => new() { UserId = user, TeamId = team, Role = role };

    private static IdentityUserClaim<string> Claim(string user, string tenant) => new() { UserId = user, ClaimType = "tenant_id", ClaimValue = tenant };
}
