using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A database with the outbox whose users have another key than text.</summary>
/// <typeparam name="TKey">The key.</typeparam>
public sealed class KeyedOutboxDb<TKey>(DbContextOptions<KeyedOutboxDb<TKey>> options) : IdentityDbContext<IdentityUser<TKey>, IdentityRole<TKey>, TKey>(options)
    where TKey : IEquatable<TKey>
{
    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.AddIntileryOutbox();
    }
}
