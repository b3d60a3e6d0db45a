using Intilery.AspNetCore.Browser;
using Intilery.AspNetCore.Scopes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Hosting;

/// <summary>Registers the notification of browsers about sign-outs and sign-ins.</summary>
internal static class BrowserRegistration
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<TrackingConsent>();
        services.AddSingleton<SessionMarkers>();
        services.AddSingleton(provider =>
        {
            var armed = provider.GetRequiredService<CaptureSwitch>();
            return new BrowserScript(provider.GetRequiredService<IOptionsMonitor<IntileryOptions>>(), () => armed.IsOn);
        });
        services.AddSingleton<IIntileryBrowser>(provider =>
        {
            var accessor = provider.GetRequiredService<RequestAccessor>();
            return new BrowserElement(provider.GetRequiredService<BrowserScript>(), () => accessor.HttpContext);
        });
    }
}
