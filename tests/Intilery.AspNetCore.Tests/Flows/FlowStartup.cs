using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>The older shape of an application.</summary>
internal sealed class FlowStartup(FlowShape shape, Action<IApplicationBuilder> useTheLine)
{
    public void ConfigureServices(IServiceCollection services)
    {
        services.AddRouting();
        shape.AddServices(services);
    }

    public void Configure(IApplicationBuilder app)
    {
        app.UseRouting();
        app.UseAuthentication();
        useTheLine(app);
        app.UseEndpoints(shape.Map);
    }
}
