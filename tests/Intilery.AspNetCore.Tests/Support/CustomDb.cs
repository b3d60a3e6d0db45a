using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A database in which nothing of Identity's is left as it was: classes, tables, columns, schema; and users of two kinds in one table.</summary>
public sealed class CustomDb(DbContextOptions<CustomDb> options)
    : IdentityDbContext<CustomDb.Person, CustomDb.Role, int, CustomDb.PersonClaim, CustomDb.PersonRole, CustomDb.PersonLogin, CustomDb.RoleClaim, CustomDb.PersonToken>(options)
{
    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.Entity<Contractor>();
        builder.Entity<PersonClaim>(claim =>
        {
            claim.ToTable("claims of \"people\"");
            claim.Property(row => row.UserId).HasColumnName("person no");
            claim.Property(row => row.ClaimType).HasColumnName("select");
            claim.Property(row => row.ClaimValue).HasColumnName("the \"value\"");
        });
    }

    public class Person : IdentityUser<int>
    {
        public string? GivenName { get; set; }
    }

    public sealed class Contractor : Person
    {
        public string? TenantId { get; set; }
    }

    public sealed class Role : IdentityRole<int>;

    public sealed class PersonClaim : IdentityUserClaim<int>;

    public sealed class PersonRole : IdentityUserRole<int>;

    public sealed class PersonLogin : IdentityUserLogin<int>;

    public sealed class RoleClaim : IdentityRoleClaim<int>;

    public sealed class PersonToken : IdentityUserToken<int>;
}
