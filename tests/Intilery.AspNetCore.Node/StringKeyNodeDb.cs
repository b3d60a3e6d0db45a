using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Node;

/// <summary>Users with keys of their own making.</summary>
public sealed class StringKeyNodeDb(DbContextOptions<StringKeyNodeDb> options) : IdentityDbContext<IdentityUser>(options)
{
    public static IdentityUser NewUser()
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
