using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A context on the same tables as <see cref="OutboxDb"/> that does not know of the outbox.</summary>
public sealed class PlainDb(DbContextOptions<PlainDb> options) : IdentityDbContext<IdentityUser>(options);
