using Intilery.AspNetCore.Tests.Support.Teams;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

/// <summary>A member of whom nothing was told before, because a job or a seeder made the user, is identified before the membership.</summary>
public sealed class MemberIdentificationTests
{
    [Fact]
    public async Task A_member_whom_a_job_adds_is_identified_once_with_what_the_row_says()
    {
        await using var app = await StartAsync();

        Assert.Equal(
            ["identify peter 7", "Account Added User peter 7", "Account Added User peter 8"],
            await app.OutsideAsync(async db =>
            {
                var peter = await db.Users.SingleAsync();
                db.Seats.Add(new Seat { UserId = peter.Id, TeamId = 7 });
                await db.SaveChangesAsync();
                db.Seats.Add(new Seat { UserId = peter.Id, TeamId = 8 });
                await db.SaveChangesAsync();
            }));

        Assert.Equal(
            """{"email":"peter@example.com","username":"peter"}""", (await app.App.RecordedAsync())[0].Call["traits"]!.ToJsonString());
    }

    [Fact]
    public async Task A_member_whose_row_is_not_loaded_is_identified_by_the_id_alone()
    {
        await using var app = await StartAsync();

        Assert.Equal(
            ["identify peter 7", "Account Added User peter 7"],
            await app.InRequestAsync(db => AddAsync(db, new Seat { UserId = "peter", TeamId = 7 })));
    }

    [Fact]
    public async Task A_member_of_whom_was_told_is_not_identified_again()
    {
        await using var app = await TeamsApp.StartAsync(Seats);

        Assert.Equal(
            ["identify peter", "Signed Up peter"],
            await app.InRequestAsync(db => AddAsync(db, new TeamUser { Id = "peter", UserName = "peter" })));
        Assert.Equal(["Account Added User peter 7"], await app.OutsideAsync(db => AddAsync(db, new Seat { UserId = "peter", TeamId = 7 })));
    }

    [Fact]
    public async Task A_member_who_leaves_is_identified_and_one_who_is_deleted_is_not()
    {
        await using var app = await StartAsync();
        await app.GivenAsync(new TeamUser { Id = "samir", UserName = "samir" });

        Assert.Equal(
            ["identify peter 7", "Account Removed User peter 7"],
            await app.OutsideAsync(async db =>
            {
                await db.Database.ExecuteSqlRawAsync("INSERT INTO Seats (UserId, TeamId) VALUES ('peter', 7), ('samir', 7)");
                db.Seats.Remove(await db.Seats.SingleAsync(seat => seat.UserId == "peter"));
                await db.SaveChangesAsync();
            }));
        Assert.Equal(
            ["Account Removed User samir 7"],
            await app.OutsideAsync(async db =>
            {
                db.Users.Remove(await db.Users.SingleAsync(user => user.Id == "samir"));
                await db.SaveChangesAsync();
            }));
    }

    [Fact]
    public async Task A_member_whom_the_same_job_makes_is_identified_with_what_the_row_says()
    {
        await using var app = await TeamsApp.StartAsync(Seats);

        Assert.Equal(
            ["identify milton 7", "Account Added User milton 7"],
            await app.OutsideAsync(db =>
            {
                db.Add(new TeamUser { Id = "milton", UserName = "milton" });
                return AddAsync(db, new Seat { UserId = "milton", TeamId = 7 });
            }));
        Assert.Equal("""{"username":"milton"}""", (await app.App.RecordedAsync())[0].Call["traits"]!.ToJsonString());
    }

    [Fact]
    public async Task Without_automatic_identification_no_member_is_identified()
    {
        await using var app = await StartAsync(new() { ["Intilery:Identify"] = "false" });

        Assert.Equal(["Account Added User peter 7"], await app.OutsideAsync(db => AddAsync(db, new Seat { UserId = "peter", TeamId = 7 })));
    }

    [Fact]
    public async Task Personal_data_that_is_excluded_is_not_told_of_a_member()
    {
        await using var app = await StartAsync(new() { ["Intilery:Privacy:PersonalData"] = "Exclude" });

        Assert.Equal(["identify peter 7", "Account Added User peter 7"], await app.OutsideAsync(async db =>
        {
            _ = await db.Users.SingleAsync();
            await AddAsync(db, new Seat { UserId = "peter", TeamId = 7 });
        }));
        Assert.Equal("{}", (await app.App.RecordedAsync())[0].Call["traits"]!.ToJsonString());
    }

    private static async Task<TeamsApp> StartAsync(Dictionary<string, string?>? settings = null)
    {
        var app = await TeamsApp.StartAsync(Seats, settings);
        await app.GivenAsync(new TeamUser { Id = "peter", UserName = "peter", Email = "peter@example.com" });
        return app;
    }

    private static void Seats(IntileryBuilder builder) => builder.MapMemberships<Seat>(seat => seat.UserId, seat => seat.TeamId);

    private static Task<int> AddAsync(TeamsDb db, object entity)
    {
        db.Add(entity);
        return db.SaveChangesAsync();
    }
}
