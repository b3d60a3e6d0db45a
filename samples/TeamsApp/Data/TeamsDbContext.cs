using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace TeamsApp.Data;

public sealed class TeamsDbContext(DbContextOptions<TeamsDbContext> options) : IdentityDbContext<AppUser>(options)
{
    public DbSet<Team> Teams => Set<Team>();

    public DbSet<TeamMember> Members => Set<TeamMember>();

    public DbSet<Invite> Invites => Set<Invite>();

    public DbSet<Subscription> Subscriptions => Set<Subscription>();

    // SQLite cannot compare dates with offsets; as UTC ticks it can, and PostgreSQL can too.
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<DateTimeOffsetToBinaryConverter>();

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.Entity<TeamMember>(member =>
        {
            member.HasKey(m => new { m.TeamId, m.UserId });
            member.HasOne(m => m.Team).WithMany(t => t.Members).HasForeignKey(m => m.TeamId);
            member.HasOne(m => m.User).WithMany().HasForeignKey(m => m.UserId);
        });
        builder.Entity<Invite>().HasOne(i => i.Team).WithMany().HasForeignKey(i => i.TeamId);
        builder.Entity<Subscription>().HasOne<Team>().WithMany().HasForeignKey(s => s.TeamId);

        builder.AddIntileryOutbox(); // Events wait in this database, and commit with what they tell of.
    }
}
