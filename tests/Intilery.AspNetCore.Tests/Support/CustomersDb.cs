using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A database of customers from before the package, with the outbox in it.</summary>
public sealed class CustomersDb(DbContextOptions<CustomersDb> options) : IdentityDbContext<Customer>(options)
{
    public DbSet<CustomerTeam> Teams => Set<CustomerTeam>();

    public DbSet<CustomerMembership> Memberships => Set<CustomerMembership>();

    public DbSet<CustomerTrial> Trials => Set<CustomerTrial>();

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.Entity<CustomerMembership>().HasKey(member => new { member.TeamId, member.UserId });
        builder.AddIntileryOutbox();
    }
}

public sealed class Customer : IdentityUser
{
    public string? FirstName { get; set; }

    public DateTime? CreatedAt { get; set; }

    public bool IsClosed { get; set; }
}

public sealed class CustomerTeam
{
    public int Id { get; set; }

    public required string Name { get; set; }

    public DateTime CreatedAt { get; set; }
}

public sealed class CustomerMembership
{
    public int TeamId { get; set; }

    public required string UserId { get; set; }

    public required string Role { get; set; }

    public DateTime JoinedAt { get; set; }
}

public sealed class CustomerTrial
{
    public int Id { get; set; }

    public int TeamId { get; set; }

    public DateTime EndsAt { get; set; }
}
