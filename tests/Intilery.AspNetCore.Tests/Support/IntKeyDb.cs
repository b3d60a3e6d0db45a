using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>An application's database whose users have keys that the database generates; it holds the outbox, under names of its own.</summary>
public sealed class IntKeyDb(DbContextOptions<IntKeyDb> options) : IdentityDbContext<IdentityUser<int>, IdentityRole<int>, int>(options)
{
    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.AddIntileryOutbox();

        // As a naming convention of the application's does.
        foreach (var type in builder.Model.GetEntityTypes())
        {
            type.SetTableName($"app_{type.GetTableName()!.ToUpperInvariant()}");
            foreach (var property in type.GetProperties())
            {
                property.SetColumnName($"c \"{property.Name}\"");
            }
        }
    }
}
