using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A database that has users and nothing else of Identity's.</summary>
public sealed class BareUsersDb(DbContextOptions<BareUsersDb> options) : DbContext(options)
{
    public DbSet<IdentityUser> Users => Set<IdentityUser>();
}
