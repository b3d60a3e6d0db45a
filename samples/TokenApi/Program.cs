using System.Security.Claims;
using Intilery.AspNetCore;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using TokenApi;

var builder = WebApplication.CreateBuilder(args);
var connection = builder.Configuration.GetConnectionString("Default") ?? "Data Source=tokens.db";
builder.Services.AddDbContext<AppDbContext>(options =>
    _ = connection.StartsWith("Host=", StringComparison.OrdinalIgnoreCase) ? options.UseNpgsql(connection) : options.UseSqlite(connection));

// Two ways to issue tokens, side by side. Most applications have one of them.
builder.Services.AddIdentityApiEndpoints<IdentityUser>().AddEntityFrameworkStores<AppDbContext>();
builder.Services.AddAuthentication().AddJwtBearer(options => options.TokenValidationParameters = Tokens.Validation);
builder.Services.AddAuthorization();
builder.Services.AddIntilery().UseEntityFrameworkOutbox<AppDbContext>();

var app = builder.Build();
using (var scope = app.Services.CreateScope())
{
    await scope.ServiceProvider.GetRequiredService<AppDbContext>().Database.EnsureCreatedAsync();
}

app.UseIntileryLifecycleTracking();

// Identity's own endpoints: /register, /login, /refresh. Their sign-ins are captured without a line of code.
app.MapIdentityApi<IdentityUser>();

// A token that the application writes itself passes no authentication service, so an attribute tracks the session.
app.MapPost("/token", [TrackSignedIn] async (Credentials input, UserManager<IdentityUser> users) =>
{
    var user = await users.FindByEmailAsync(input.Email);
    return user is not null && await users.CheckPasswordAsync(user, input.Password)
        ? Results.Ok(new { access_token = Tokens.Write(user) })
        : Results.Unauthorized();
});

app.MapPost("/token/revoke", [TrackSignedOut] () => Results.NoContent())
    .RequireAuthorization(policy => policy.AddAuthenticationSchemes(JwtBearerDefaults.AuthenticationScheme).RequireAuthenticatedUser());

app.MapGet("/me", (ClaimsPrincipal caller) => new { id = caller.FindFirstValue(ClaimTypes.NameIdentifier), name = caller.Identity?.Name })
    .RequireAuthorization(policy => policy
        .AddAuthenticationSchemes(JwtBearerDefaults.AuthenticationScheme, IdentityConstants.BearerScheme)
        .RequireAuthenticatedUser());
await app.RunAsync();

internal sealed record Credentials(string Email, string Password);

internal sealed class AppDbContext(DbContextOptions<AppDbContext> options) : IdentityDbContext(options)
{
    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.AddIntileryOutbox();
    }
}
