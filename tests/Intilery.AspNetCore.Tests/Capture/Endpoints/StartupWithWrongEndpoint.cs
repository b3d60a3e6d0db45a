using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Endpoints;

/// <summary>The older shape of an application, with an attribute that cannot work.</summary>
internal sealed class StartupWithWrongEndpoint
{
    public void ConfigureServices(IServiceCollection services) => services.AddRouting();

    public void Configure(IApplicationBuilder app)
    {
        app.UseIntileryLifecycleTracking();
        app.UseRouting();
        app.UseEndpoints(routes => routes.MapPost("/invites", [TrackInviteSent] (TeamInput input) => "ok"));
    }
}
