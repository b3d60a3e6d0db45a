using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Hosting;

/// <summary>The older shape of an application.</summary>
internal sealed class StartupWithTheLine
{
    public void ConfigureServices(IServiceCollection services) => services.AddAuthentication().AddCookie();

    public void Configure(IApplicationBuilder app) => app.UseIntileryLifecycleTracking();
}
