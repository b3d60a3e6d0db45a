using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using TeamsApp.Data;

namespace TeamsApp.Teams;

/// <summary>Says in the session's cookie which team its person works in now, and in which role.</summary>
public sealed class TeamPrincipalFactory(
    UserManager<AppUser> users, RoleManager<IdentityRole> roles, IOptions<IdentityOptions> options, TeamsDbContext db)
    : UserClaimsPrincipalFactory<AppUser, IdentityRole>(users, roles, options)
{
    protected override async Task<ClaimsIdentity> GenerateClaimsAsync(AppUser user)
    {
        var identity = await base.GenerateClaimsAsync(user);
        var membership = await db.Members.AsNoTracking()
            .SingleOrDefaultAsync(member => member.UserId == user.Id && member.TeamId == user.CurrentTeamId);
        if (membership is not null)
        {
            identity.AddClaim(new Claim(TeamClaims.Tenant, membership.TeamId.ToString()));
            identity.AddClaim(new Claim(TeamClaims.Role, membership.Role));
        }

        if (user.FirstName is not null)
        {
            identity.AddClaim(new Claim(ClaimTypes.GivenName, user.FirstName));
        }

        return identity;
    }
}
