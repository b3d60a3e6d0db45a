using System.Data.Common;
using System.Transactions;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Tests.Support;
using Intilery.AspNetCore.Tests.Support.Teams;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

/// <summary>A member of whom nothing was told before, because a job or a seeder made the user, is identified before the membership.</summary>
public sealed class MemberIdentificationTests
{
    private const string PetersTraits = """{"email":"peter@example.com","username":"peter"}""";

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
    public async Task A_member_whom_a_context_tracks_is_identified_once_with_the_profile_of_the_row()
    {
        await using var app = await StartAsync();

        Assert.Equal(
            ["identify peter 7", "Account Added User peter 7 as Owner", "Account Removed User peter 7"],
            await app.InRequestAsync(async (db, context) =>
            {
                db.Track(new AccountAddedUser { UserId = "peter", GroupId = "7", Role = "Owner" });
                await db.SaveChangesAsync();
                await TrackAsync(context.RequestServices, new AccountRemovedUser { UserId = "peter", GroupId = "7" });
            }));

        Assert.Equal(PetersTraits, (await app.App.RecordedAsync())[0].Call["traits"]!.ToJsonString());
    }

    [Theory]
    [InlineData("/code")]
    [InlineData("/attribute/peter")]
    public async Task A_member_whom_an_endpoint_tracks_is_identified_with_the_profile_of_the_row(string path)
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup
        {
            Endpoints = routes =>
            {
                routes.MapPost("/code", (ILifecycleTracker lifecycle) => lifecycle.TrackAsync(new AccountAddedUser { UserId = "peter", GroupId = "7" }));
                routes.MapPost("/attribute/{memberId}", (string memberId) => memberId).TrackAccountAddedUser(added => added.GroupId = "7");
            },
        });
        await app.CreateUserAsync(configure: user => (user.Id, user.UserName, user.Email) = ("peter", "peter", "peter@example.com"));
        await app.ForgetAsync();
        using var browser = app.OpenBrowser();

        using var response = await browser.PostAsync(path);

        response.EnsureSuccessStatusCode();
        var calls = await app.RecordedAsync();
        Assert.Equal(["identify peter 7", "Account Added User peter 7"], calls.Select(call => call.ToString()));
        Assert.Equal(PetersTraits, calls[0].Call["traits"]!.ToJsonString());
    }

    [Fact]
    public async Task A_member_whom_a_job_tracks_is_identified_with_the_profile_of_the_row()
    {
        await using var app = await StartAsync();

        Assert.Equal(
            ["identify peter 7", "Account Added User peter 7"],
            await app.OutsideAsync(_ => TrackAsync(app.App.Services, new AccountAddedUser { UserId = "peter", GroupId = "7" })));
        Assert.Equal(PetersTraits, (await app.App.RecordedAsync())[0].Call["traits"]!.ToJsonString());
    }

    [Fact]
    public async Task A_member_is_read_outside_of_the_transaction_that_is_under_way()
    {
        await using var app = await StartAsync();

        Assert.Equal(
            ["identify peter 7", "Account Added User peter 7"],
            await app.OutsideAsync(async _ =>
            {
                using var transaction = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
                await TrackAsync(app.App.Services, new AccountAddedUser { UserId = "peter", GroupId = "7" });
                transaction.Complete();
            }));
    }

    [Fact]
    public async Task An_id_without_a_row_is_not_identified()
    {
        await using var app = await StartAsync();

        Assert.Equal(
            ["Account Added User nobody 7"],
            await app.InRequestAsync((_, context) => TrackAsync(context.RequestServices, new AccountAddedUser { UserId = "nobody", GroupId = "7" })));
    }

    [Fact]
    public async Task A_tracked_member_whose_row_cannot_be_read_is_not_identified()
    {
        await using var app = await StartAsync();

        Assert.Equal(
            ["Account Added User peter 7"],
            await app.InRequestAsync(async (db, context) =>
            {
                await db.Database.ExecuteSqlRawAsync("ALTER TABLE AspNetUsers RENAME TO Gone");
                await TrackAsync(context.RequestServices, new AccountAddedUser { UserId = "peter", GroupId = "7" });
            }));
    }

    [Fact]
    public async Task A_tracked_member_whom_the_options_exclude_is_excluded()
    {
        await using var app = await StartAsync(new() { ["Intilery:Exclude:EmailDomains:0"] = "example.com", ["Intilery:Privacy:PersonalData"] = "Exclude" });

        Assert.Empty(await app.InRequestAsync((_, context) => TrackAsync(context.RequestServices, new AccountAddedUser { UserId = "peter", GroupId = "7" })));
    }

    [Fact]
    public async Task A_member_who_leaves_with_the_account_is_not_identified()
    {
        await using var app = await StartAsync();

        Assert.DoesNotContain("identify peter 7", await app.InRequestAsync(async (_, context) =>
        {
            await TrackAsync(context.RequestServices, new AccountRemovedUser { UserId = "peter", GroupId = "7" });
            await TrackAsync(context.RequestServices, new AccountDeleted { UserId = "mary", GroupId = "7" });
        }));
    }

    [Fact]
    public async Task A_thousand_tracked_members_are_read_in_two_batches()
    {
        var reads = new UserReads();
        await using var app = await StartAsync(interceptor: reads);
        var ids = Enumerable.Range(0, 1_000).Select(i => $"user{i}").ToList();
        await app.GivenAsync([.. ids.Select(id => new TeamUser { Id = id, UserName = id })]);
        reads.Count = 0;

        var lines = await app.InRequestAsync(async (_, context) =>
        {
            foreach (var id in ids)
            {
                await TrackAsync(context.RequestServices, new AccountAddedUser { UserId = id, GroupId = "7" });
            }
        });

        Assert.Equal(ids.SelectMany(id => new[] { $"identify {id} 7", $"Account Added User {id} 7" }), lines);
        Assert.Equal(2, reads.Count);
    }

    [Fact]
    public async Task Members_who_are_known_and_other_events_read_no_rows()
    {
        var reads = new UserReads();
        await using var app = await StartAsync(interceptor: reads);
        await app.InRequestAsync((_, context) => TrackAsync(context.RequestServices, new AccountAddedUser { UserId = "peter", GroupId = "7" }));
        reads.Count = 0;

        Assert.Equal(
            ["Account Added User peter 8", "Invite Sent peter 8", "Account Removed User peter 7"],
            await app.InRequestAsync(async (_, context) =>
            {
                await TrackAsync(context.RequestServices, new AccountAddedUser { UserId = "peter", GroupId = "8" });
                await TrackAsync(context.RequestServices, new InviteSent { UserId = "peter", InviteeEmail = "samir@example.com" });
                await TrackAsync(context.RequestServices, new AccountRemovedUser { UserId = "peter", GroupId = "7" });
            }));
        Assert.Equal(0, reads.Count);
    }

    [Fact]
    public async Task Without_automatic_identification_no_member_is_identified()
    {
        await using var app = await StartAsync(new() { ["Intilery:Identify"] = "false" });

        Assert.Equal(["Account Added User peter 7"], await app.OutsideAsync(db => AddAsync(db, new Seat { UserId = "peter", TeamId = 7 })));
        Assert.Equal(
            ["Account Added User peter 8"],
            await app.OutsideAsync(_ => TrackAsync(app.App.Services, new AccountAddedUser { UserId = "peter", GroupId = "8" })));
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

    private static async Task<TeamsApp> StartAsync(Dictionary<string, string?>? settings = null, DbCommandInterceptor? interceptor = null)
    {
        var app = await TeamsApp.StartAsync(Seats, settings, interceptor is null ? null : database => database.AddInterceptors(interceptor));
        await app.GivenAsync(new TeamUser { Id = "peter", UserName = "peter", Email = "peter@example.com" });
        return app;
    }

    private static Task TrackAsync(IServiceProvider services, LifecycleEvent tracked) => services.GetRequiredService<ILifecycleTracker>().TrackAsync(tracked);

    private static void Seats(IntileryBuilder builder) => builder.MapMemberships<Seat>(seat => seat.UserId, seat => seat.TeamId);

    private static Task<int> AddAsync(TeamsDb db, object entity)
    {
        db.Add(entity);
        return db.SaveChangesAsync();
    }

    /// <summary>Counts the commands that read the table of users.</summary>
    private sealed class UserReads : DbCommandInterceptor
    {
        private int _count;

        public int Count
        {
            get => Volatile.Read(ref _count);
            set => Volatile.Write(ref _count, value);
        }

        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
        {
            if (command.CommandText.Contains("FROM \"AspNetUsers\"", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref _count);
            }

            return base.ReaderExecutingAsync(command, eventData, result, cancellationToken);
        }
    }
}
