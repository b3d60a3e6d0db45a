using System.Security.Claims;
using Intilery.AspNetCore.Tests.Hosting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>
/// Identity with a sign-in manager, cookie events, cookie options per tenant and a decorator of the authentication service of the
/// application's own: in front of ours where the package was registered before it, behind ours where after.
/// </summary>
internal sealed class CustomisedShape(FlowParts parts) : IdentityShape(parts)
{
    /// <summary>A cookie whose events are delegates.</summary>
    public const string Delegates = "Delegates";

    /// <summary>A cookie whose events are a subclass.</summary>
    public const string Subclass = "Subclass";

    /// <summary>A cookie whose event replaces the provider's principal by the one of the application's user.</summary>
    public const string Replacing = "Replacing";

    /// <summary>A cookie whose event adds the application's id to a principal that has none.</summary>
    public const string Naming = "Naming";

    /// <summary>A cookie whose events refuse every sign-in.</summary>
    public const string Refusing = "Refusing";

    public override void AddServices(IServiceCollection services)
    {
        base.AddServices(services);
        services.AddScoped<AppCookieEvents>();
        services.AddAuthentication()
            .AddCookie(Delegates, options => options.Events.OnSigningIn = context => AppCookieEvents.AddTenant(context, "acct_delegates"))
            .AddCookie(Replacing, options => options.Events.OnSigningIn = context =>
            {
                context.Principal = new ClaimsPrincipal(new ClaimsIdentity([LocalIdOf(context.Principal!)], "local"));
                return Task.CompletedTask;
            })
            .AddCookie(Naming, options => options.Events.OnSigningIn = context =>
            {
                ((ClaimsIdentity)context.Principal!.Identity!).AddClaim(LocalIdOf(context.Principal));
                return Task.CompletedTask;
            })
            .AddCookie(Refusing, options => options.Events.OnSigningIn = _ => throw new InvalidOperationException("refused"))
            .AddCookie(Subclass, options => options.Events = new AppCookieEvents());
        services.Configure<CookieAuthenticationOptions>(IdentityConstants.ApplicationScheme, options => options.EventsType = typeof(AppCookieEvents));
        services.Replace(ServiceDescriptor.Singleton<IOptionsMonitorCache<CookieAuthenticationOptions>, CookieOptionsPerTenant>());
        services.AddHttpContextAccessor();

        var inner = services.Last(descriptor => descriptor.ServiceType == typeof(IAuthenticationService));
        services.Remove(inner);
        services.Add(new ServiceDescriptor(
            typeof(IAuthenticationService), provider => new PassThroughAuthenticationService(Create(provider, inner)), inner.Lifetime));
    }

    public override void Map(IEndpointRouteBuilder routes)
    {
        base.Map(routes);
        foreach (var scheme in (string[])[Delegates, Subclass, Replacing, Naming, Refusing])
        {
            MapPageOf(routes, scheme);
        }
    }

    protected override void AddIdentity(IdentityBuilder identity)
    {
        base.AddIdentity(identity);
        identity.AddSignInManager<AppSignInManager>();
    }

    private static Claim LocalIdOf(ClaimsPrincipal provided) => new(ClaimTypes.NameIdentifier, provided.FindFirstValue("local")!);

    private static IAuthenticationService Create(IServiceProvider provider, ServiceDescriptor inner) => (IAuthenticationService)(
        inner.ImplementationFactory?.Invoke(provider) ?? ActivatorUtilities.CreateInstance(provider, inner.ImplementationType!));
}
