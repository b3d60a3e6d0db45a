using Intilery.AspNetCore.Tests.Support.Teams;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

/// <summary>An application of teams whose members and seats are mapped, with Peter and Samir in it and two teams.</summary>
internal static class MappedTeams
{
    public static readonly Action<IntileryBuilder> Members = builder => builder
        .MapMemberships<TeamMember>(member => member.UserId, member => member.TeamId, role: member => member.Role)
        .MapMemberships<Seat>(seat => seat.UserId, seat => seat.TeamId, isDeleted: seat => seat.EndedAt != null);

    public static async Task<TeamsApp> StartAsync(Action<IntileryBuilder> map)
    {
        var app = await TeamsApp.StartAsync(map);
        await app.GivenAsync(User("peter"), User("samir"), new Team { Id = 7 }, new Team { Id = 8 });
        return app;
    }

    public static Task<TeamsApp> StartAsync(params object[] given) => StartAsync(null, given);

    public static async Task<TeamsApp> StartAsync(Action<DbContextOptionsBuilder>? database, params object[] given)
    {
        var app = await TeamsApp.StartAsync(Members, database: database);
        await app.GivenAsync([User("peter"), User("samir"), new Team { Id = 7 }, new Team { Id = 8 }, .. given]);
        return app;
    }

    public static async Task AddAndSaveAsync(this TeamsDb db, params object[] entities)
    {
        db.AddRange(entities);
        await db.SaveChangesAsync();
    }

    public static TeamUser User(string id) => new() { Id = id, UserName = id };

    public static TeamMember Member(string user, int team, TeamRole role = TeamRole.Member) => new() { UserId = user, TeamId = team, Role = role };

    public static IdentityUserClaim<string> Claim(string user, string tenant) => new() { UserId = user, ClaimType = "tenant_id", ClaimValue = tenant };
}
