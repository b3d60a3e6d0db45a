using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace TeamsApp.Sessions;

/// <summary>Section <c>CompanyLogin</c>: the OpenID Connect provider of the company whose people work here. Without an authority there is none.</summary>
public static class CompanyLogin
{
    public const string Scheme = "company";

    public static IServiceCollection AddCompanyLogin(this IServiceCollection services, IConfigurationSection section)
    {
        if (section["Authority"] is not null)
        {
            services.AddAuthentication().AddOpenIdConnect(Scheme, "Sign in with your company's account", options =>
            {
                section.Bind(options);
                options.ResponseType = OpenIdConnectResponseType.Code;
                options.Scope.Add("email");
            });
        }

        return services;
    }
}
