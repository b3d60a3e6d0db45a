using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A database whose users have another key than text.</summary>
/// <typeparam name="TKey">The key; an integer is made by the database.</typeparam>
public sealed class KeyedDb<TKey>(DbContextOptions<KeyedDb<TKey>> options) : IdentityDbContext<IdentityUser<TKey>, IdentityRole<TKey>, TKey>(options)
    where TKey : IEquatable<TKey>;
