using Intilery.AspNetCore.Tests.Support.Teams;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>An application's database that holds teams, their subscriptions, and the outbox.</summary>
public sealed class TrialsDb(DbContextOptions<TrialsDb> options) : IdentityDbContext<IdentityUser>(options)
{
    public DbSet<Team> Teams => Set<Team>();

    public DbSet<Subscription> Subscriptions => Set<Subscription>();

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.Entity<Team>().Ignore(team => team.Members).Property(team => team.Id).ValueGeneratedNever();
        builder.Entity<Subscription>().Property(subscription => subscription.Id).ValueGeneratedNever();
        builder.AddIntileryOutbox();
    }
}
