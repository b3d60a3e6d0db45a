using Intilery.AspNetCore.Website;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Setup;

/// <summary>Registers what tells browsers of sign-outs and sign-ins.</summary>
internal static class WebsiteRegistration
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<TrackingConsent>();
        services.AddSingleton<SessionMarkers>();
    }
}
