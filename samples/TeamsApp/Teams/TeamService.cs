using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using TeamsApp.Data;

namespace TeamsApp.Teams;

/// <summary>What one can do with teams. Each method is one transaction; none knows of analytics.</summary>
public sealed class TeamService(TeamsDbContext db, SignInManager<AppUser> sessions, TimeProvider time)
{
    public Task<List<TeamMember>> MembershipsOfAsync(string userId) =>
        db.Members.AsNoTracking().Include(member => member.Team).Where(member => member.UserId == userId)
            .OrderBy(member => member.JoinedAt).ToListAsync();

    /// <summary>Returns the member's own row, or <see langword="null"/> if the person is not in the team.</summary>
    public Task<TeamMember?> FindMemberAsync(Guid teamId, string userId) =>
        db.Members.Include(member => member.User).Include(member => member.Team)
            .SingleOrDefaultAsync(member => member.TeamId == teamId && member.UserId == userId);

    public async Task<bool> MayManageAsync(Guid teamId, string userId) =>
        await FindMemberAsync(teamId, userId) is { Role: TeamRoles.Owner or TeamRoles.Admin };

    public async Task<Team> CreateAsync(string name, AppUser owner)
    {
        var team = new Team { Name = name, CreatedAt = time.GetUtcNow() };
        db.Teams.Add(team);
        db.Members.Add(new TeamMember { TeamId = team.Id, UserId = owner.Id, Role = TeamRoles.Owner, JoinedAt = time.GetUtcNow() });
        owner.CurrentTeamId = team.Id;
        await db.SaveChangesAsync();
        await sessions.RefreshSignInAsync(owner);
        return team;
    }

    /// <summary>Makes the person work in another of their teams. The same session goes on, which is no sign-in.</summary>
    public async Task SwitchAsync(AppUser user, Guid? teamId)
    {
        user.CurrentTeamId = teamId;
        await db.SaveChangesAsync();
        await sessions.RefreshSignInAsync(user);
    }

    public async Task<Invite> InviteAsync(Guid teamId, string invitedById, string email, string? firstName, string? lastName, string role)
    {
        var invite = new Invite
        {
            TeamId = teamId,
            Email = email,
            FirstName = firstName,
            LastName = lastName,
            Role = role,
            InvitedById = invitedById,
            SentAt = time.GetUtcNow(),
        };
        db.Invites.Add(invite);
        await db.SaveChangesAsync();
        return invite;
    }

    /// <summary>Returns an invite, also one that was accepted before.</summary>
    public Task<Invite?> FindInviteAsync(Guid id) => db.Invites.Include(invite => invite.Team).SingleOrDefaultAsync(invite => invite.Id == id);

    /// <summary>Takes the person in whom an invite has led here, if one has and it is open. Returns whether.</summary>
    public async Task<bool> AcceptAsync(Guid? inviteId, AppUser user)
    {
        if (inviteId is not { } id || await FindInviteAsync(id) is not { AcceptedAt: null } invite)
        {
            return false;
        }

        await AcceptAsync(invite, user);
        return true;
    }

    /// <summary>Takes the invited person in; to be followed by a sign-in or a refresh of the session.</summary>
    public async Task AcceptAsync(Invite invite, AppUser user)
    {
        invite.AcceptedAt = time.GetUtcNow();
        user.CurrentTeamId = invite.TeamId;
        if (await FindMemberAsync(invite.TeamId, user.Id) is null)
        {
            db.Members.Add(new TeamMember { TeamId = invite.TeamId, UserId = user.Id, Role = invite.Role, JoinedAt = time.GetUtcNow() });
        }

        await db.SaveChangesAsync();
    }

    public async Task ChangeRoleAsync(TeamMember member, string role)
    {
        member.Role = role;
        await db.SaveChangesAsync();
    }

    public async Task RemoveMemberAsync(TeamMember member)
    {
        db.Members.Remove(member);
        if (member.User is { } user && user.CurrentTeamId == member.TeamId)
        {
            user.CurrentTeamId = null;
        }

        await db.SaveChangesAsync();
    }

    public Task<Subscription?> FindTrialAsync(Guid teamId) =>
        db.Subscriptions.SingleOrDefaultAsync(subscription => subscription.TeamId == teamId && subscription.IsTrial);

    public async Task<Subscription> StartTrialAsync(Guid teamId, string planName, TimeSpan length)
    {
        var now = time.GetUtcNow();
        var trial = new Subscription { TeamId = teamId, PlanName = planName, IsTrial = true, StartsAt = now, EndsAt = now + length };
        db.Subscriptions.Add(trial);
        await db.SaveChangesAsync();
        return trial;
    }

    /// <summary>Ends the trial today: the team pays from now on, or leaves.</summary>
    public async Task EndTrialAsync(Subscription trial)
    {
        trial.EndsAt = time.GetUtcNow();
        trial.IsTrial = false;
        await db.SaveChangesAsync();
    }

    public async Task DeleteAsync(Team team)
    {
        db.Teams.Remove(team);
        await db.SaveChangesAsync();
    }
}
