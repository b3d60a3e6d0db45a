using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>A server of tokens whose endpoint signs in to a handler of its own, as OpenIddict's does.</summary>
internal sealed class TokenServerShape(FlowParts parts) : FlowShape(parts)
{
    public override Dictionary<string, string?> Settings => new(base.Settings) { ["Intilery:TrackedSchemes:0"] = TokenServerHandler.Name };

    public override void AddServices(IServiceCollection services)
    {
        base.AddServices(services);
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme)
            .AddCookie()
            .AddScheme<AuthenticationSchemeOptions, TokenServerHandler>(TokenServerHandler.Name, null);
    }
}
