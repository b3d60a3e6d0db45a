using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.BrowserTests.Site;

public sealed class SiteDb(DbContextOptions<SiteDb> options) : IdentityDbContext(options);
