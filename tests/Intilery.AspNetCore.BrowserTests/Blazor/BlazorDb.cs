using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.BrowserTests.Blazor;

public sealed class BlazorDb(DbContextOptions<BlazorDb> options) : IdentityDbContext(options);
