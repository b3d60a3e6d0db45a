using Intilery.AspNetCore.Tests.Support.Teams;
using Microsoft.EntityFrameworkCore;
using static Intilery.AspNetCore.Tests.Capture.EntityFramework.MappedTeams;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

/// <summary>Saves of more rows than one query asks for.</summary>
public sealed class ManyRowsTests
{
    private const int Count = 1_201;

    [Fact]
    public async Task A_second_row_of_each_of_many_members_adds_nobody()
    {
        await using var app = await StartAsync();

        Assert.Empty(await app.InRequestAsync(db => db.AddAndSaveAsync([.. Users.Select(user => new Seat { UserId = user, TeamId = 7 })])));
    }

    [Fact]
    public async Task Many_rows_that_are_updated_unseen_remove_their_members_alone()
    {
        await using var app = await StartAsync();

        var lines = await app.InRequestAsync(async db =>
        {
            var seats = await db.Seats.AsNoTracking().ToListAsync();
            seats.Skip(1).ToList().ForEach(seat => seat.EndedAt = DateTimeOffset.UnixEpoch);
            db.UpdateRange(seats);
            await db.SaveChangesAsync();
        });

        Assert.Equal(Users.Skip(1).Select(user => $"Account Removed User {user} 7").Order(StringComparer.Ordinal), lines.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_user_who_is_marked_as_deleted_leaves_the_account_that_the_row_names()
    {
        await using var app = await TeamsApp.StartAsync(builder => builder.MapUsers<TeamUser>(tenant: user => user.OrganizationId, isDeleted: user => user.IsArchived));
        await app.GivenAsync(new TeamUser { Id = "milton", UserName = "milton", OrganizationId = 7 });

        Assert.Equal(["Account Removed User milton 7"], await SetArchivedAsync(true));
        Assert.Equal(["Account Added User milton 7"], await SetArchivedAsync(false));

        Task<IReadOnlyList<string>> SetArchivedAsync(bool isArchived) => app.InRequestAsync(async db =>
        {
            (await db.Users.SingleAsync()).IsArchived = isArchived;
            await db.SaveChangesAsync();
        });
    }

    private static IEnumerable<string> Users => Enumerable.Range(0, Count).Select(number => $"user-{number}");

    private static async Task<TeamsApp> StartAsync()
    {
        var app = await MappedTeams.StartAsync();
        await app.GivenAsync([.. Users.Select(User), .. Users.Select(user => new Seat { UserId = user, TeamId = 7 })]);
        return app;
    }
}
