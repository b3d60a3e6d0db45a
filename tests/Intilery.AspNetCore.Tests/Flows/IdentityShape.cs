using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>Identity with all that it brings.</summary>
internal class IdentityShape(FlowParts parts) : FlowShape(parts)
{
    /// <summary>A cookie that is not the default scheme's.</summary>
    public const string Partners = "Partners";

    /// <summary>A policy scheme that forwards to the application's cookie.</summary>
    public const string Portal = "Portal";

    /// <summary>A policy scheme that forwards to <see cref="Portal"/>.</summary>
    public const string OuterPortal = "OuterPortal";

    /// <summary>How long a session lasts.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(2);

    public override void AddServices(IServiceCollection services)
    {
        base.AddServices(services);
        services.AddDbContext<AppDb>(options => options.UseSqlite(Parts.ConnectionString).AddInterceptors(Parts.Interceptor));
        AddIdentity(services.AddDefaultIdentity<IdentityUser>(options =>
        {
            options.Stores.SchemaVersion = IdentitySchemaVersions.Version3;
            options.SignIn.RequireConfirmedAccount = false;
        }));
        services.AddAuthentication()
            .AddBearerToken(IdentityConstants.BearerScheme)
            .AddCookie(Partners)
            .AddPolicyScheme(Portal, null, options => options.ForwardDefault = IdentityConstants.ApplicationScheme)
            .AddPolicyScheme(OuterPortal, null, options => options.ForwardDefault = Portal);
        services.Configure<CookieAuthenticationOptions>(IdentityConstants.ApplicationScheme, options => options.ExpireTimeSpan = Lifetime);
        services.Configure<PasswordHasherOptions>(options => options.IterationCount = 1);
        Parts.Provider.Register(services);

        // The sample's compiled _LoginPartial, which Identity's layout asks for.
        services.AddRazorPages().AddApplicationPart(typeof(global::Program).Assembly);
    }

    public override async Task CreateDatabaseAsync(IServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<AppDb>().Database.EnsureCreatedAsync();
    }

    public override void Map(IEndpointRouteBuilder routes)
    {
        base.Map(routes);
        MapPageOf(routes, Partners);
        routes.MapRazorPages();
        routes.MapGroup("/api").MapIdentityApi<IdentityUser>();
        PasskeyEndpoints.Map(routes);
    }

    protected virtual void AddIdentity(IdentityBuilder identity) =>
        identity.AddRoles<IdentityRole>().AddEntityFrameworkStores<AppDb>().AddApiEndpoints();
}
