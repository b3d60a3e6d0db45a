using Intilery.AspNetCore.Tests.Support;
using Intilery.AspNetCore.Tests.Support.Teams;
using Microsoft.EntityFrameworkCore;
using static Intilery.AspNetCore.Tests.Capture.EntityFramework.MappedTeams;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

/// <summary>Members of mapped entities in saves that make or delete more: users, teams, hundreds of rows.</summary>
public sealed class MappedMemberSaveTests
{
    [Fact]
    public async Task A_membership_outside_of_any_request_is_an_event_and_its_user_is_not()
    {
        await using var app = await TeamsApp.StartAsync(MappedTeams.Members);

        Assert.Equal(["identify peter 7", "Account Added User peter 7 as Member"], await app.OutsideAsync(db => db.AddAndSaveAsync(User("peter"), new Team { Id = 7 }, Member("peter", 7))));
        Assert.Equal(["Signed Up outside-scope"], app.App.Reasons());
    }

    [Fact]
    public async Task A_deleted_user_is_removed_from_the_accounts_of_rows_that_nobody_loaded()
    {
        await using var app = await MappedTeams.StartAsync(Member("peter", 7), new Seat { UserId = "peter", TeamId = 8 }, Member("samir", 7), Claim("peter", "9"));

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
        await using var app = await MappedTeams.StartAsync(Member("peter", 7), Member("samir", 8));

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
    public async Task A_member_and_the_user_in_one_save_are_a_sign_up_into_the_account()
    {
        await using var app = await MappedTeams.StartAsync();

        Assert.Equal(
            ["identify milton 7", "Signed Up milton 7", "Account Added User milton 7 as Owner"],
            await app.InRequestAsync(db => db.AddAndSaveAsync(User("milton"), Member("milton", 7, TeamRole.Owner))));
    }

    [Fact]
    public async Task A_save_that_refuses_detection_of_changes_is_read_as_it_is()
    {
        await using var app = await MappedTeams.StartAsync(Member("peter", 7));

        Assert.Equal(
            ["identify samir 8", "Account Added User samir 8 as Member"],
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
        await using var app = await MappedTeams.StartAsync(Member("samir", 7));

        var lines = await app.InRequestAsync(async db =>
        {
            db.Seats.AddRange(Enumerable.Range(0, 300).Select(i => new Seat { UserId = $"user-{i}", TeamId = 7 }));
            await db.SaveChangesAsync();
        });

        Assert.Equal(300, lines.Count(line => line.StartsWith("Account Added User user-", StringComparison.Ordinal)));
        Assert.Equal(300, lines.Count(line => line.StartsWith("identify user-", StringComparison.Ordinal)));
        Assert.Equal(600, lines.Count);
    }
}
