using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Tests.Support.Teams;

/// <summary>A database of users, teams and who is in which.</summary>
public sealed class TeamsDb(DbContextOptions<TeamsDb> options) : IdentityDbContext<TeamUser>(options)
{
    public DbSet<Team> Teams => Set<Team>();

    public DbSet<TeamMember> Members => Set<TeamMember>();

    public DbSet<Subscription> Subscriptions => Set<Subscription>();

    public DbSet<Seat> Seats => Set<Seat>();

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.Entity<Subscriber>();
        builder.Entity<TeamUser>().OwnsOne(user => user.Name);
        builder.Entity<TeamMember>().HasKey(member => new { member.UserId, member.TeamId });
        builder.Entity<TeamMember>().HasOne(member => member.User).WithMany().HasForeignKey(member => member.UserId);
        builder.Entity<Team>().HasMany(team => team.Members).WithOne().HasForeignKey(member => member.TeamId);
        builder.Entity<Seat>().HasQueryFilter(seat => seat.EndedAt == null);
    }
}
