using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Endpoints;

/// <summary>The older shape of an application, with routes of a branch's own: what is mapped there is nobody else's to change.</summary>
internal sealed class StartupWithBranch
{
    public void ConfigureServices(IServiceCollection services) => services.AddRouting();

    public void Configure(IApplicationBuilder app)
    {
        app.UseIntileryLifecycleTracking();
        app.Map("/branch", branch =>
        {
            branch.UseRouting();
            branch.UseEndpoints(routes =>
            {
                routes.MapPost("/a", [TrackInviteSent] (InviteInput input) => "ok");
                routes.MapPost("/b", (InviteInput input) => "ok").TrackInviteSent();
            });
        });
    }
}
