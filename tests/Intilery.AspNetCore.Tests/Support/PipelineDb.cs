using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A context whose model holds Identity's users, which is what is watched.</summary>
internal sealed class PipelineDb(DbContextOptions<PipelineDb> options) : IdentityDbContext<IdentityUser>(options);
