using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Tests.Support;
using Intilery.AspNetCore.Tests.Support.Teams;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

/// <summary>The application's own table says which accounts there are.</summary>
public sealed class MappedAccountTests
{
    private static readonly Action<IntileryBuilder> _teams = builder => builder.MapAccounts<Team>(team => team.Id, team => team.Name);

    private static readonly Action<IntileryBuilder> _archivedTeams =
        builder => builder.MapAccounts<Team>(team => team.Id, team => team.Name, isDeleted: team => team.IsArchived);

    [Fact]
    public async Task A_row_that_appears_is_an_account_that_whoever_is_signed_in_has_created()
    {
        await using var app = await TeamsApp.StartAsync(_teams);
        await app.InRequestOfAsync("peter", db => AddAsync(db, new Team { Id = 7, Name = "Initech" }));

        var call = Assert.Single(await app.App.RecordedAsync());
        Assert.Equal("Account Created peter 7", call.ToString());
        Assert.Equal("""{"account_name":"Initech"}""", call.Call["properties"]!.ToJsonString());
    }

    [Fact]
    public async Task A_row_that_disappears_is_a_deleted_account_with_the_name_that_it_had()
    {
        await using var app = await StartAsync(_teams);
        await app.InRequestOfAsync("samir", async db =>
        {
            var team = await db.Teams.SingleAsync();
            team.Name = "Renamed on the way out";
            db.Teams.Remove(team);
            await db.SaveChangesAsync();
        });

        var call = Assert.Single(await app.App.RecordedAsync());
        Assert.Equal("Account Deleted samir 7", call.ToString());
        Assert.Equal("""{"account_name":"Initech"}""", call.Call["properties"]!.ToJsonString());
    }

    [Fact]
    public async Task A_row_that_is_marked_as_deleted_is_deleted_once_and_one_that_is_brought_back_is_not_created_again()
    {
        await using var app = await StartAsync(_archivedTeams);

        Assert.Equal(["Account Deleted peter 7"], await ArchiveAsync(true));
        Assert.Empty(await app.InRequestOfAsync("peter", async db =>
        {
            (await db.Teams.SingleAsync()).Name = "Renamed in the archive";
            await db.SaveChangesAsync();
            db.Teams.Remove(await db.Teams.SingleAsync());
            await db.SaveChangesAsync();
            await AddAsync(db, new Team { Id = 7, Name = "Initech", IsArchived = true });
        }));
        Assert.Empty(await ArchiveAsync(false));
        Assert.Equal(["Account Deleted peter 7"], await ArchiveAsync(true));

        Task<IReadOnlyList<string>> ArchiveAsync(bool isArchived) => app.InRequestOfAsync("peter", async db =>
        {
            (await db.Teams.SingleAsync()).IsArchived = isArchived;
            await db.SaveChangesAsync();
            await db.SaveChangesAsync();
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_delete_that_the_applications_interceptor_turns_into_a_mark_is_one_only_where_the_mark_is_mapped(bool isMapped)
    {
        await using var app = await StartAsync(isMapped ? _archivedTeams : _teams, options => options.AddInterceptors(new SeatsAreKept()));

        var recorded = await app.InRequestOfAsync("peter", async db =>
        {
            db.Teams.Remove(await db.Teams.SingleAsync());
            await db.SaveChangesAsync();
        });

        Assert.Equal(isMapped ? ["Account Deleted peter 7"] : [], recorded);
    }

    [Fact]
    public async Task Another_name_of_an_account_is_nothing()
    {
        await using var app = await StartAsync(_teams);

        Assert.Empty(await app.InRequestOfAsync("peter", async db =>
        {
            (await db.Teams.SingleAsync()).Name = "Initrode";
            await db.SaveChangesAsync();
        }));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_account_is_created_with_the_name_that_it_has_at_the_end_of_the_request(bool inTransaction)
    {
        await using var app = await TeamsApp.StartAsync(_teams);

        Assert.Equal(["Account Created peter 7"], await app.InRequestOfAsync("peter", async db =>
        {
            await using var transaction = inTransaction ? await db.Database.BeginTransactionAsync() : null;
            await AddAsync(db, new Team { Id = 7, Name = "TempSignIn-6f9a" });
            (await db.Teams.SingleAsync()).Name = "Initrode";
            await db.SaveChangesAsync();
            (await db.Teams.SingleAsync()).Name = "Initech";
            await db.SaveChangesAsync();
            await (transaction?.CommitAsync() ?? Task.CompletedTask);
        }));

        Assert.Equal("""{"account_name":"Initech"}""", Assert.Single(await app.App.RecordedAsync()).Call["properties"]!.ToJsonString());
    }

    [Fact]
    public async Task A_name_that_was_rolled_back_is_none()
    {
        await using var app = await TeamsApp.StartAsync(_teams);

        await app.InRequestOfAsync("peter", async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            await AddAsync(db, new Team { Id = 7, Name = "Initech" });
            await transaction.CreateSavepointAsync("named");
            (await db.Teams.SingleAsync()).Name = "Initrode";
            await db.SaveChangesAsync();
            await transaction.RollbackToSavepointAsync("named");
            await transaction.CommitAsync();
        });

        Assert.Equal("""{"account_name":"Initech"}""", Assert.Single(await app.App.RecordedAsync()).Call["properties"]!.ToJsonString());
    }

    [Fact]
    public async Task Outside_of_any_scope_accounts_are_no_events_and_in_one_that_the_application_opens_they_are()
    {
        await using var app = await TeamsApp.StartAsync(_teams);

        Assert.Empty(await app.OutsideAsync(db => AddAsync(db, new Team { Id = 7 })));
        Assert.Empty(await app.OutsideAsync(DeleteAsync));
        Assert.Equal(["Account Created outside-scope", "Account Deleted outside-scope"], app.App.Reasons());

        Assert.Equal(["Account Created peter 8"], await app.OutsideAsync(async db =>
        {
            await using var scope = app.App.Services.GetRequiredService<ILifecycleTracker>().BeginScope("peter");
            await AddAsync(db, new Team { Id = 8 });
        }));
    }

    [Fact]
    public async Task What_is_rolled_back_is_no_event()
    {
        await using var app = await StartAsync(_teams);

        Assert.Equal(["Account Created peter 9"], await app.InRequestOfAsync("peter", async db =>
        {
            await using (var undone = await db.Database.BeginTransactionAsync())
            {
                await AddAsync(db, new Team { Id = 8 });
                await DeleteAsync(db);
            }

            db.ChangeTracker.Clear();
            await using var transaction = await db.Database.BeginTransactionAsync();
            await AddAsync(db, new Team { Id = 9 });
            await transaction.CreateSavepointAsync("before");
            await AddAsync(db, new Team { Id = 10 });
            await transaction.RollbackToSavepointAsync("before");
            await transaction.CommitAsync();
        }));
    }

    [Fact]
    public async Task A_user_who_registers_with_an_account_has_created_it()
    {
        await using var app = await TeamsApp.StartAsync(builder => builder
            .MapAccounts<Team>(team => team.Id, team => team.Name)
            .MapMemberships<TeamMember>(member => member.UserId, member => member.TeamId, role: member => member.Role));

        Assert.Equal(
            ["identify milton 7", "Signed Up milton 7", "Account Created milton 7", "Account Added User milton 7 as Owner"],
            await app.InRequestAsync(db => AddAsync(
                db,
                new Team { Id = 7, Name = "Initech" },
                new TeamUser { Id = "milton", UserName = "milton" },
                new TeamMember { UserId = "milton", TeamId = 7, Role = TeamRole.Owner })));
    }

    [Fact]
    public async Task An_account_that_nobody_known_has_created_is_no_event()
    {
        await using var app = await TeamsApp.StartAsync(_teams);

        Assert.Empty(await app.InRequestAsync(db => AddAsync(db, new Team { Id = 7 })));
        Assert.Equal(["Account Created no-user"], app.App.Reasons());
    }

    [Fact]
    public async Task What_the_application_tells_of_the_same_account_in_the_same_request_is_one_event()
    {
        await using var app = await TeamsApp.StartAsync(_teams);
        await app.InRequestOfAsync("peter", async db =>
        {
            await AddAsync(db, new Team { Id = 7, Name = "Initech" });
            await app.App.Services.GetRequiredService<ILifecycleTracker>().TrackAsync(new AccountCreated { GroupId = "7" });
        });

        Assert.Equal("""{"account_name":"Initech"}""", Assert.Single(await app.App.RecordedAsync()).Call["properties"]!.ToJsonString());
        Assert.Equal(["Account Created duplicate"], app.App.Reasons());
    }

    private static async Task<TeamsApp> StartAsync(Action<IntileryBuilder> map, Action<DbContextOptionsBuilder>? database = null)
    {
        var app = await TeamsApp.StartAsync(map, database: database);
        await app.GivenAsync(new Team { Id = 7, Name = "Initech" });
        return app;
    }

    private static Task<int> AddAsync(TeamsDb db, params object[] entities)
    {
        db.AddRange(entities);
        return db.SaveChangesAsync();
    }

    private static async Task DeleteAsync(TeamsDb db)
    {
        db.Teams.Remove(await db.Teams.SingleAsync(team => team.Id == 7));
        await db.SaveChangesAsync();
    }
}
