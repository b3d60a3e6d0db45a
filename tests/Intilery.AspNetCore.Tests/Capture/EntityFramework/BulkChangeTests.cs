using Intilery.AspNetCore.Tests.Support;
using Intilery.AspNetCore.Tests.Support.Teams;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

/// <summary>Statements that change rows without the change tracker make no events, and are not silent.</summary>
public sealed class BulkChangeTests
{
    [Theory]
    [InlineData("update")]
    [InlineData("delete")]
    [InlineData("raw")]
    [InlineData("synchronous")]
    public async Task A_bulk_change_of_a_watched_table_is_counted_each_time_and_warned_of_once(string way)
    {
        await using var app = await MappedTeams.StartAsync(
            new Seat { UserId = "peter", TeamId = 7 }, new Seat { UserId = "samir", TeamId = 7 }, new Seat { UserId = "samir", TeamId = 8 });

        Assert.Empty(await app.InRequestAsync(async db =>
        {
            foreach (var user in new[] { "peter", "samir" })
            {
                var seats = db.Seats.Where(seat => seat.UserId == user);
                Assert.NotEqual(0, way switch
                {
                    "update" => await seats.ExecuteUpdateAsync(set => set.SetProperty(seat => seat.EndedAt, DateTimeOffset.UnixEpoch)),
                    "delete" => await seats.ExecuteDeleteAsync(),
                    "raw" => await db.Database.ExecuteSqlAsync($"delete from seats where UserId = {user}"),
                    _ => seats.ExecuteDelete(),
                });
            }
        }));

        Assert.Equal(["Seats bulk-change", "Seats bulk-change"], app.App.Reasons().Where(reason => reason.EndsWith("bulk-change", StringComparison.Ordinal)));
        Assert.Contains(
            "2 bulk changes of watched tables (ExecuteUpdate, ExecuteDelete, ExecuteSqlRaw) sent no events. Track them from code: await tracker.TrackAsync(…).",
            (await app.App.Services.GetRequiredService<IIntileryCoverage>().GetReportAsync(TestContext.Current.CancellationToken)).Hints);
        Assert.Contains("the table Seats", Assert.Single(app.App.Log.Ours, line => line.Id == 130).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_changes_no_row_of_a_watched_table_is_nothing()
    {
        await using var app = await MappedTeams.StartAsync(new Seat { UserId = "peter", TeamId = 7 });

        await app.InRequestAsync(async db =>
        {
            db.Add(new Subscription { Id = 1, TeamId = 7, Note = "Seats" });
            await db.SaveChangesAsync();
            await db.Subscriptions.ExecuteUpdateAsync(set => set.SetProperty(subscription => subscription.Note, "Members"));
            await db.Seats.Where(seat => seat.UserId == "nobody").ExecuteDeleteAsync();
            await db.Database.ExecuteSqlRawAsync("CREATE TABLE MoreSeats (Id INTEGER); INSERT INTO MoreSeats VALUES (1)");
            await db.Database.ExecuteSqlRawAsync("SELECT COUNT(*) FROM Seats");
        });

        Assert.DoesNotContain(app.App.Reasons(), reason => reason.EndsWith("bulk-change", StringComparison.Ordinal));
    }
}
