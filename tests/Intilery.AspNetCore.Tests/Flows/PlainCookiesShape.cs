using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>Cookies without Identity or a database; the login provider signs in to the default cookie itself.</summary>
internal sealed class PlainCookiesShape(FlowParts parts) : FlowShape(parts)
{
    public const string Cookies = CookieAuthenticationDefaults.AuthenticationScheme;

    /// <summary>A cookie that is not the default scheme's.</summary>
    public const string Partners = IdentityShape.Partners;

    /// <summary>A cookie that a person has between the password and the code.</summary>
    public const string Halfway = "Halfway";

    /// <summary>A cookie that a person has for a while after confirming the password, and that some pages ask for.</summary>
    public const string Confirmed = "Confirmed";

    /// <summary>A bearer scheme.</summary>
    public const string Tokens = "Tokens";

    public override bool HasStartupClass => true;

    public override void AddServices(IServiceCollection services)
    {
        base.AddServices(services);
        Parts.Provider.Register(services);
        services.AddAuthentication(Cookies)
            .AddCookie(options => options.ExpireTimeSpan = IdentityShape.Lifetime)
            .AddCookie(Partners)
            .AddCookie(Halfway)
            .AddCookie(Confirmed)
            .AddBearerToken(Tokens);
        services.Configure<OAuthOptions>(FakeOAuth.Scheme, options => options.SignInScheme = Cookies);
    }

    public override void Map(IEndpointRouteBuilder routes)
    {
        base.Map(routes);
        MapPageOf(routes, Partners);
        MapPageOf(routes, Confirmed);
        routes.MapGet("/go", () => Results.Challenge(new AuthenticationProperties { RedirectUri = "/name" }, [FakeOAuth.Scheme]));
    }
}
