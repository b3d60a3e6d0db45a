using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Endpoints;

/// <summary>The older shape of an application; endpoints are mapped while the server starts, here after the line.</summary>
internal sealed class StartupWithEndpoints
{
    public void ConfigureServices(IServiceCollection services) => services.AddRouting();

    public void Configure(IApplicationBuilder app)
    {
        app.UseRouting();
        app.UseIntileryLifecycleTracking();
        app.Use((context, next) =>
        {
            context.User = new ClaimsPrincipal(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, "peter")], "test"));
            return next(context);
        });
        app.UseEndpoints(routes =>
        {
            routes.MapPost("/invites", [TrackInviteSent] (InviteInput input) => "ok");
            routes.MapPost("/calls", (InviteInput input) => "ok").TrackInviteSent();
        });
    }
}
