using Intilery.AspNetCore.Capture;
using Intilery.AspNetCore.Website;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Intilery.AspNetCore.Setup;

/// <summary>Registers what tells browsers of sign-outs and sign-ins.</summary>
internal static class WebsiteRegistration
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<TrackingConsent>();
        services.AddSingleton<SessionMarkers>();
        services.AddSingleton(provider =>
        {
            var armed = provider.GetRequiredService<CaptureSwitch>();
            return new BrowserScript(provider.GetRequiredService<LiveOptions>(), () => armed.IsOn);
        });
        services.AddSingleton<IIntileryBrowser, BrowserElement>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IStartupFilter, BrowserScriptFilter>());
    }
}
