using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>The application's database, as the templates make it.</summary>
public sealed class AppDb(DbContextOptions<AppDb> options) : IdentityDbContext<IdentityUser>(options);
