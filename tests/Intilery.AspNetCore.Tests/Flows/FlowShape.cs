using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>An application as its team would write it: its services, its settings, its pipeline.</summary>
internal abstract class FlowShape(FlowParts parts)
{
    /// <summary>Gets the prefix of paths whose exceptions are handled.</summary>
    public const string Handled = "/handled";

    public virtual bool HasStartupClass => false;

    public virtual Dictionary<string, string?> Settings { get; } = new()
    {
        ["Intilery:ClientId"] = TrackingApi.ClientId,
        ["Intilery:AuthToken"] = TrackingApi.Token,
        ["Intilery:BaseAddress"] = "http://127.0.0.1:9",
        ["Intilery:Delivery:Enabled"] = "false",
    };

    protected FlowParts Parts => parts;

    public static FlowShape Of(FlowHost host, FlowParts parts) => host switch
    {
        FlowHost.Identity => new IdentityShape(parts),
        FlowHost.RemoteStore => new RemoteStoreShape(parts),
        FlowHost.Customised => new CustomisedShape(parts),
        FlowHost.PlainCookies => new PlainCookiesShape(parts),
        FlowHost.Api => new ApiShape(parts),
        FlowHost.TokenServer => new TokenServerShape(parts),
        _ => throw new ArgumentOutOfRangeException(nameof(host)),
    };

    public virtual void AddServices(IServiceCollection services) => services.AddSingleton<TimeProvider>(parts.Time);

    public virtual Task CreateDatabaseAsync(IServiceProvider services) => Task.CompletedTask;

    /// <summary>Builds the pipeline of a <see cref="WebApplication"/>, which adds routing and authentication by itself.</summary>
    public virtual void Configure(WebApplication app, Action useTheLine)
    {
        app.UseWhen(
            context => context.Request.Path.StartsWithSegments(Handled),
            branch => branch.UseExceptionHandler(handler => handler.Run(context => context.Response.WriteAsync("sorry"))));
        useTheLine();
        Map(app);
    }

    /// <summary>Maps a page that authenticates by a cookie of its own: what makes the cookie a session.</summary>
    protected static void MapPageOf(IEndpointRouteBuilder routes, string scheme) => routes
        .MapGet($"/{scheme}".ToLowerInvariant(), () => Results.Ok())
        .RequireAuthorization(policy => policy.AddAuthenticationSchemes(scheme).RequireAuthenticatedUser());

    public virtual void Map(IEndpointRouteBuilder routes)
    {
        RequestDelegate serve = context => parts.Work.TryRemove(context.Request.Headers[FlowApp.WorkHeader].ToString(), out var work)
            ? work(context)
            : throw new InvalidOperationException("Nothing to do.");
        routes.MapPost(FlowApp.ServePath, serve);
        routes.MapPost(Handled + FlowApp.ServePath, serve);
        routes.MapGet("/name", (HttpContext context) => context.User.Identity?.Name ?? "nobody");
    }
}
