using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Hosting;

public sealed class StartupReportTests
{
    [Fact]
    public async Task The_line_names_schemes_contexts_tenant_claims_the_outbox_and_the_destination()
    {
        await using var app = await IdentityApp.StartAsync(new() { Settings = new() { ["Intilery:Tenant:ClaimType"] = "workspace" } });
        await app.StopAsync();

        Assert.Equal(
            "Intilery lifecycle tracking is on. Schemes: Identity.Application. Contexts: AppDb. Tenant claims: workspace. "
            + "Outbox: memory (survives a graceful stop only). Destination: http://127.0.0.1:9/track/acme/acme/ACME (recorded only, Intilery:Delivery:Enabled is off).",
            Assert.Single(app.Log.Ours, line => line.Id == 1).Message);
    }

    [Fact]
    public async Task Each_scheme_is_announced_with_whether_it_is_tracked_and_why()
    {
        await using var app = await IdentityApp.StartAsync(new()
        {
            Services = services =>
            {
                services.AddAuthentication().AddBearerToken("Tokens").AddCookie("Oidc").AddCookie("Partners").AddCookie("Back office");
                services.Configure<OAuthOptions>(FakeOAuth.Scheme, options => options.SignInScheme = "Oidc");
                new FakeOAuth().Register(services);
                services.AddAuthorizationBuilder().AddPolicy("partners", policy => policy.AddAuthenticationSchemes("Partners").RequireAuthenticatedUser());
            },
            Endpoints = routes =>
            {
                routes.MapGet("/partners", () => "welcome").RequireAuthorization("partners");
                routes.MapGet("/office", () => "welcome").RequireAuthorization(new AuthorizeAttribute { AuthenticationSchemes = "Back office" });
            },
        });
        await app.StopAsync();

        Assert.Equal(
            [
                "Identity.Application are tracked: it is Identity's application cookie.",
                "Identity.External are not tracked: it carries a step of a sign-in.",
                "Identity.TwoFactorRememberMe are not tracked: it carries a step of a sign-in.",
                "Identity.TwoFactorUserId are not tracked: it carries a step of a sign-in.",
                "Tokens are tracked: it issues bearer tokens.",
                "Oidc are not tracked: the session is in Identity.Application, and no endpoint, policy or default authenticates requests by this cookie; "
                    + "if it carries sessions, name all schemes that do in Intilery:TrackedSchemes.",
                "Partners are tracked: an endpoint, an authorization policy or a forwarding scheme authenticates requests by it.",
                "Back office are tracked: an endpoint, an authorization policy or a forwarding scheme authenticates requests by it.",
                "Fake are not tracked: its handler carries no session that Intilery knows.",
            ],
            app.Log.Ours.Where(line => line.Id == 30).Select(line => line.Message.Replace("Sign-ins and sign-outs of the scheme ", string.Empty, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(true, "it is the default scheme")]
    [InlineData(false, "no other cookie carries the session")]
    public async Task Cookies_of_an_application_without_Identity_are_announced_by_the_default_scheme(bool hasDefault, string why)
    {
        var log = new LogLines();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.Services.AddIntilery();
        builder.Configuration["Intilery:CaptureOnly"] = "true";
        (hasDefault ? builder.Services.AddAuthentication("One") : builder.Services.AddAuthentication()).AddCookie("One").AddCookie("Other");
        await using var app = builder.Build();
        app.UseIntileryLifecycleTracking();
        await app.StartAsync(TestContext.Current.CancellationToken);
        await app.StopAsync(TestContext.Current.CancellationToken);

        var lines = log.Ours.Where(line => line.Id == 30).Select(line => line.Message).ToList();
        Assert.EndsWith($"One are tracked: {why}.", lines[0], StringComparison.Ordinal);
        Assert.Contains(hasDefault ? "Other are not tracked: the session is in One, and" : "Other are tracked: no other cookie", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_line_names_the_outbox_s_folder()
    {
        using var folder = new TemporaryFile("outbox");
        await using var app = await IdentityApp.StartAsync(new() { Settings = new() { ["Intilery:Outbox:Path"] = folder.Path } });
        await app.StopAsync();

        var line = Assert.Single(app.Log.Ours, line => line.Id == 1).Message;
        Assert.Contains($"Outbox: {folder.Path}", line, StringComparison.Ordinal);
        Assert.Contains("(SQLite, survives the process)", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_application_without_users_in_a_context_is_told_how_to_track_them()
    {
        using var host = WorkerHost.Create("Development", new Dictionary<string, string?>());
        await host.RunAsync();

        Assert.DoesNotContain(host.Log.Ours, line => line.Id == 4);
        Assert.Contains("[TrackSignedUp]", Assert.Single(host.Log.Ours, line => line.Id == 13).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_store_for_EF_Core_whose_context_is_not_registered_is_a_warning()
    {
        await using var app = await EndpointApp.StartAsync(
            _ => { },
            services: services => services.AddIdentityCore<IdentityUser>().Services.AddScoped<IUserStore<IdentityUser>, UserStore<IdentityUser, IdentityRole, AppDb>>());
        await app.StopAsync();

        Assert.Single(app.Log.Ours, line => line is { Id: 4, Level: LogLevel.Warning });
        Assert.DoesNotContain(app.Log.Ours, line => line.Id == 13);
    }
}
