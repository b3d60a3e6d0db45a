using Intilery.AspNetCore.Tests.Support.Teams;
using Microsoft.EntityFrameworkCore;
using static Intilery.AspNetCore.Tests.Capture.EntityFramework.MappedTeams;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

/// <summary>The application's own entities say who is in which team, with every shape of key and of ending.</summary>
public sealed class MappedMembershipTests
{
    [Fact]
    public async Task A_row_that_appears_adds_the_user_in_its_role_and_one_that_disappears_removes_it()
    {
        await using var app = await MappedTeams.StartAsync();

        Assert.Equal(["identify peter 7", "Account Added User peter 7 as Owner"], await app.InRequestAsync(db => db.AddAndSaveAsync(Member("peter", 7, TeamRole.Owner))));
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
        await using var app = await MappedTeams.StartAsync(Member("peter", 7));

        Assert.Empty(await app.InRequestAsync(async db =>
        {
            (await db.Members.SingleAsync()).Role = TeamRole.Owner;
            await db.SaveChangesAsync();
        }));
    }

    [Fact]
    public async Task A_key_that_is_changed_moves_the_membership()
    {
        await using var app = await MappedTeams.StartAsync(new Seat { UserId = "peter", TeamId = 7 });

        Assert.Equal(
            ["Account Added User peter 8", "Account Removed User peter 7"],
            await app.InRequestAsync(async db =>
            {
                (await db.Seats.SingleAsync()).TeamId = 8;
                await db.SaveChangesAsync();
            }));
        Assert.Equal(
            ["Account Removed User peter 8", "identify samir 8", "Account Added User samir 8"],
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
        await using var app = await MappedTeams.StartAsync(new Seat { UserId = "peter", TeamId = 7 });

        Assert.Empty(await app.InRequestAsync(db => db.AddAndSaveAsync(new Seat { UserId = "peter", TeamId = 7 })));
        Assert.Empty(await app.InRequestAsync(EndOneSeatAsync));
        Assert.Equal(["Account Removed User peter 7"], await app.InRequestAsync(EndOneSeatAsync));
    }

    [Fact]
    public async Task A_row_that_is_marked_as_ended_removes_and_one_that_is_brought_back_adds()
    {
        await using var app = await MappedTeams.StartAsync(new Seat { UserId = "peter", TeamId = 7 });

        Assert.Equal(["Account Removed User peter 7"], await app.InRequestAsync(EndOneSeatAsync));
        Assert.Equal(
            ["Account Added User peter 7"],
            await app.InRequestAsync(async db =>
            {
                (await db.Seats.IgnoreQueryFilters().SingleAsync()).EndedAt = null;
                await db.SaveChangesAsync();
            }));
        Assert.Empty(await app.InRequestAsync(db => db.AddAndSaveAsync(new Seat { UserId = "peter", TeamId = 8, EndedAt = DateTimeOffset.UnixEpoch })));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_delete_that_the_applications_interceptor_turns_into_an_ending_removes_once(bool inTransaction)
    {
        await using var app = await MappedTeams.StartAsync(database: options => options.AddInterceptors(new SeatsAreKept()), given: new Seat { UserId = "peter", TeamId = 7 });

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
        await using var app = await MappedTeams.StartAsync(new Seat { UserId = "samir", TeamId = 7 });

        Assert.Equal(
            ["identify peter 7", "Account Added User peter 7 as Member"],
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
        Assert.Empty(await app.InRequestAsync(db => db.AddAndSaveAsync(Claim("samir", "7"))));
    }

    [Fact]
    public async Task A_key_over_a_navigation_is_the_foreign_key()
    {
        await using var app = await MappedTeams.StartAsync(
            map: builder => builder.MapMemberships<TeamMember>(member => member.User!.Id, member => EF.Property<int>(member, "TeamId")));

        Assert.Equal(["identify peter 7", "Account Added User peter 7"], await app.InRequestAsync(db => db.AddAndSaveAsync(Member("peter", 7))));
    }

    private static async Task EndOneSeatAsync(TeamsDb db)
    {
        (await db.Seats.OrderBy(seat => seat.Id).FirstAsync()).EndedAt = DateTimeOffset.UnixEpoch;
        await db.SaveChangesAsync();
    }
}
