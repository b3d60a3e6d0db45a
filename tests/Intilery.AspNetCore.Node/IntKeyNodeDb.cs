using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Node;

/// <summary>Users with keys that the database generates.</summary>
public sealed class IntKeyNodeDb(DbContextOptions<IntKeyNodeDb> options) : IdentityDbContext<IdentityUser<int>, IdentityRole<int>, int>(options)
{
    public static IdentityUser<int> NewUser()
    {
        var name = Guid.NewGuid().ToString("N");
        return new(name) { Email = $"{name}@example.test" };
    }

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.AddIntileryOutbox();
    }
}
