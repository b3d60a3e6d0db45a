using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using TeamsApp.Data;
using TeamsApp.Events;
using TeamsApp.Sessions;
using TeamsApp.Teams;
using TeamsApp.Website;

var builder = WebApplication.CreateBuilder(args);
var connection = builder.Configuration.GetConnectionString("Teams")!;
builder.Services.AddDbContext<TeamsDbContext>(options =>
    _ = connection.StartsWith("Host=", StringComparison.OrdinalIgnoreCase) ? options.UseNpgsql(connection) : options.UseSqlite(connection));
builder.Services.AddIdentity<AppUser, IdentityRole>()
    .AddEntityFrameworkStores<TeamsDbContext>()
    .AddClaimsPrincipalFactory<TeamPrincipalFactory>()
    .AddDefaultTokenProviders();
builder.Services.ConfigureApplicationCookie(options => options.LoginPath = "/login");
builder.Services.AddCompanyLogin(builder.Configuration.GetSection("CompanyLogin"));
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddScoped<TeamService>();
builder.Services.Configure<WebsiteOptions>(builder.Configuration.GetSection("Website"));
builder.Services.AddControllersWithViews(options => options.Filters.Add(new Microsoft.AspNetCore.Mvc.AutoValidateAntiforgeryTokenAttribute()))
    .AddViewOptions(options => options.HtmlHelperOptions.ClientValidationEnabled = false); // There is no script for it, and its inline styles break the policy below.
builder.Services.AddValidation(); // Of what the endpoints take: controllers validate without it.
builder.Services.AddHealthChecks().AddIntilery();

// Either these mappings or the attributes on the endpoints would do; this sample shows both, and one event results.
builder.Services.AddIntilery()
    .UseEntityFrameworkOutbox<TeamsDbContext>()
    .MapUsers<AppUser>(title: user => user.JobTitle)
    .MapAccounts<Team>(team => team.Id, team => team.Name)
    .MapMemberships<TeamMember>(member => member.UserId, member => member.TeamId, member => member.Role)
    .MapTrials<Subscription>(
        s => s.Id, s => s.TeamId, end: s => s.EndsAt, start: s => s.StartsAt, plan: s => s.PlanName, isTrial: s => s.IsTrial);
if (builder.Environment.IsDevelopment())
{
    builder.Services.AddIntilery().AddObserver<EventsPanel>(); // What every page shows at its foot.
}

var app = builder.Build();
app.UseIntileryLifecycleTracking();

app.UseContentSecurityPolicy();
app.UseAuthentication();
app.UseAuthorization();
app.MapStaticAssets();
app.MapControllers();
app.MapTrials();
app.MapSessions();
if (app.Environment.IsDevelopment())
{
    app.MapEventsPanel();
}

app.MapHealthChecks("/health");

if (await app.RunIntileryCommandAsync(args) is { } exitCode)
{
    return exitCode; // dotnet run --project samples/TeamsApp -- intilery doctor
}

await DemoData.EnsureAsync(app.Services);
await app.RunAsync();
return 0;
