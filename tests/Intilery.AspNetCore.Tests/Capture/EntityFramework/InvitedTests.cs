using Intilery.AspNetCore.Tests.Support.Teams;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

/// <summary>A new user who joins an account that was there before was invited, as by a link in a mail; one who makes the account was not.</summary>
public sealed class InvitedTests
{
    private static readonly Action<IntileryBuilder> _memberships = static builder => builder
        .MapMemberships<TeamMember>(member => member.UserId, member => member.TeamId)
        .MapMemberships<Seat>(seat => seat.UserId, seat => seat.TeamId, isDeleted: seat => seat.EndedAt != null);

    private static readonly Action<IntileryBuilder> _teams = static builder =>
    {
        _memberships(builder);
        builder.MapAccounts<Team>(team => team.Id, team => team.Name, isDeleted: team => team.IsArchived);
    };

    /// <summary>What was there before, what the request does, and the type of each sign-up.</summary>
    public static TheoryData<string, Row> Rows => new()
    {
        {
            "a link in a mail: the mapped account was there",
            new Row(["milton invited"], db => SaveAsync(db, Milton, Member(7))) { Given = [Initech] }
        },
        {
            "the mapped account was there, user and membership in two saves",
            new Row(["milton invited"], async db =>
            {
                await SaveAsync(db, Milton);
                await SaveAsync(db, Member(7));
            }) { Given = [Initech] }
        },
        {
            "the mapped account was there, in one transaction with synchronous saves",
            new Row(["milton invited"], db =>
            {
                using var transaction = db.Database.BeginTransaction();
                Save(db, Milton);
                Save(db, Member(7));
                transaction.Commit();
                return Task.CompletedTask;
            }) { Given = [Initech] }
        },
        {
            "the user's own column names the mapped account",
            new Row(["milton invited"], db => SaveAsync(db, new TeamUser { Id = "milton", UserName = "milton", OrganizationId = 7 })) { Given = [Initech] }
        },
        {
            "a claim names the mapped account, whose key is a number",
            new Row(["milton invited"], async db =>
            {
                await SaveAsync(db, Milton);
                await SaveAsync(db, Claim("milton", "7"));
            }) { Given = [Initech] }
        },
        {
            "an account of their own, in one save",
            new Row(["milton organic"], db => SaveAsync(db, Milton, new Team { Id = 7 }, Member(7)))
        },
        {
            "an account of their own, in three saves",
            new Row(["milton organic"], async db =>
            {
                await SaveAsync(db, Milton);
                await SaveAsync(db, new Team { Id = 7 });
                await SaveAsync(db, Member(7));
            })
        },
        {
            "an account of their own, which a colleague joins after them",
            new Row(["milton organic", "samir organic"], async db =>
            {
                await SaveAsync(db, Milton, new Team { Id = 7 }, Member(7));
                await SaveAsync(db, new TeamUser { Id = "samir", UserName = "samir" }, new TeamMember { UserId = "samir", TeamId = 7 });
            })
        },
        {
            "an account that was archived before",
            new Row(["milton organic"], db => SaveAsync(db, Milton, Seat(7))) { Given = [new Team { Id = 7, IsArchived = true }] }
        },
        {
            "no account is mapped, and it has another member",
            new Row(["milton invited"], db => SaveAsync(db, Milton, Seat(7))) { Map = _memberships, Given = [new Seat { UserId = "samir", TeamId = 7 }] }
        },
        {
            "no account is mapped, and a claim names one that has another member",
            new Row(["milton invited"], async db =>
            {
                await SaveAsync(db, Milton);
                await SaveAsync(db, Claim("milton", "acct_7"));
            }) { Map = _memberships, Given = [new TeamUser { Id = "samir", UserName = "samir" }, Claim("samir", "acct_7")] }
        },
        {
            "no account is mapped, and it has no member who is there",
            new Row(["milton organic"], db => SaveAsync(db, Milton, Seat(7)))
            {
                Map = _memberships,
                Given = [new Seat { UserId = "samir", TeamId = 7, EndedAt = DateTimeOffset.UnixEpoch }, new Seat { TeamId = 7 }, new Seat { UserId = "samir", TeamId = 8 }],
            }
        },
        {
            "no account is mapped, and two new users make it, one after the other",
            new Row(["milton organic", "samir organic"], async db =>
            {
                await SaveAsync(db, Milton, Seat(7));
                await SaveAsync(db, new TeamUser { Id = "samir", UserName = "samir" }, new Seat { UserId = "samir", TeamId = 7 });
            }) { Map = _memberships }
        },
        {
            "a user who joins nothing",
            new Row(["milton organic"], db => SaveAsync(db, Milton)) { Given = [Initech] }
        },
    };

    private static Team Initech => new() { Id = 7, Name = "Initech" };

    private static TeamUser Milton => new() { Id = "milton", UserName = "milton" };

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Whoever_joins_an_account_that_was_there_is_invited(string name, Row row)
    {
        await using var app = await TeamsApp.StartAsync(row.Map ?? _teams);
        await app.GivenAsync([.. row.Given]);

        await app.InRequestAsync(row.Work);

        Assert.Equal(
            row.Types,
            (await app.App.RecordedAsync()).Where(call => call.Event == "Signed Up").Select(call => $"{call.UserId} {call.Call["properties"]!["type"]}"));
        Assert.False(app.App.Log.Ours.Any(line => line.Exception is not null), name);
    }

    [Fact]
    public async Task What_the_application_says_counts()
    {
        await using var app = await TeamsApp.StartAsync(_teams);
        await app.GivenAsync(Initech);

        await app.InRequestAsync(async db =>
        {
            await SaveAsync(db, Milton, Member(7));
            app.App.Services.GetRequiredService<ILifecycleTracker>().SetSignUpType("partner");
        });

        Assert.Equal(["partner"], (await app.App.RecordedAsync()).Where(call => call.Event == "Signed Up").Select(call => (string?)call.Call["properties"]!["type"]));
    }

    [Fact]
    public async Task Tables_that_cannot_be_read_fail_no_save_of_the_application()
    {
        await using var app = await TeamsApp.StartAsync(_teams);
        await app.GivenAsync(Initech);

        await app.InRequestAsync(async db =>
        {
            await SaveAsync(db, Milton);
            await db.Database.ExecuteSqlRawAsync("PRAGMA foreign_keys = OFF; ALTER TABLE Teams RENAME TO Away; DROP TABLE AspNetUserClaims");
            Assert.Equal(1, await SaveAsync(db, Seat(7)));
        });

        Assert.Equal("organic", (string?)(await app.App.RecordedAsync()).Single(call => call.Event == "Signed Up").Call["properties"]!["type"]);
    }

    private static Task<int> SaveAsync(TeamsDb db, params object[] entities)
    {
        db.AddRange(entities);
        return db.SaveChangesAsync();
    }

    private static void Save(TeamsDb db, params object[] entities)
    {
        db.AddRange(entities);
        db.SaveChanges();
    }

    private static TeamMember Member(int teamId) => new() { UserId = "milton", TeamId = teamId };

    private static Seat Seat(int teamId) => new() { UserId = "milton", TeamId = teamId };

    private static IdentityUserClaim<string> Claim(string userId, string value) => new() { UserId = userId, ClaimType = "tenant_id", ClaimValue = value };

    public sealed record Row(string[] Types, Func<TeamsDb, Task> Work)
    {
        public Action<IntileryBuilder>? Map { get; init; }

        public IReadOnlyList<object> Given { get; init; } = [];
    }
}
