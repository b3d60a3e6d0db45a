using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A database with the outbox and memberships of the application's own.</summary>
public sealed class MembersOutboxDb(DbContextOptions<MembersOutboxDb> options) : IdentityDbContext<IdentityUser>(options)
{
    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.Entity<Membership>().HasKey(member => new { member.UserId, member.TeamId });
        builder.AddIntileryOutbox();
    }

    public sealed class Membership
    {
        public string UserId { get; set; } = null!;

        public int TeamId { get; set; }
    }
}
