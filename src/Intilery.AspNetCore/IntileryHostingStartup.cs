using Intilery.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting;

namespace Intilery.AspNetCore;

/// <summary>
/// Registers the package's services before the application registers its own. The build adds the attribute that names this class to
/// applications, and code that creates it before <c>Main</c>; set the MSBuild property <c>IntileryHostingStartup</c> to <c>false</c> to
/// omit both, and call <c>builder.Services.AddIntilery()</c> instead.
/// </summary>
public sealed class IntileryHostingStartup : IHostingStartup
{
    // Host.CreateDefaultBuilder raises its HostBuilding event before it runs hosting startups.
    static IntileryHostingStartup() => HostBuildingObserver.Subscribe();

    /// <inheritdoc />
    public void Configure(IWebHostBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.ConfigureServices(services => ServiceRegistration.Add(services));
    }
}
