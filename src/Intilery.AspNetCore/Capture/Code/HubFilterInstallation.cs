using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Capture.Code;

/// <summary>Adds the filter to every hub. Applications without hubs never read these options.</summary>
internal sealed class HubFilterInstallation(LifecycleHubFilter filter) : IConfigureOptions<HubOptions>
{
    public void Configure(HubOptions options) => options.AddFilter(filter);
}
