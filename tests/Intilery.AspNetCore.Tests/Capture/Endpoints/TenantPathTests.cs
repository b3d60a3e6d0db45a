using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Endpoints;

/// <summary>The tenant of who is at work, where an endpoint's event names it and where it does not: the application's resolver says it.</summary>
public sealed class TenantPathTests
{
    [Fact]
    public async Task A_path_that_names_the_tenant_is_the_resolvers_answer()
    {
        await using var app = await StartAsync();

        await app.PostAsync("/t1/named");

        Assert.Equal(["""Report Exported peter@Event of peter for /t1/named {"team":"Event of peter for /t1/named"}"""], await app.RecordedAsync());
        Assert.Equal(1, Asked(app));
    }

    [Fact]
    public async Task An_event_that_names_none_is_in_the_same()
    {
        await using var app = await StartAsync();

        await app.PostAsync("/t1/unnamed");
        await app.PostAsync("/t1/controller");

        Assert.Equal(
            ["Report Exported peter@Event of peter for /t1/unnamed {}", """Report Exported peter@Event of peter for /t1/controller {"team":"Event of peter for /t1/controller"}"""],
            await app.RecordedAsync());
    }

    [Fact]
    public async Task The_resolver_is_not_asked_for_an_endpoint_that_names_another_account_or_fails()
    {
        await using var app = await StartAsync();

        await app.PostAsync("/t1/elsewhere");
        await app.PostAsync("/t1/failing");

        Assert.Equal(["Report Exported peter@t1 {}"], await app.RecordedAsync());
        Assert.Equal(0, Asked(app));
    }

    [Fact]
    public async Task Without_a_resolver_it_is_the_claim()
    {
        await using var app = await StartAsync(resolves: false);

        await app.PostAsync("/t1/named");

        Assert.Equal(["""Report Exported peter@acme {"team":"acme"}"""], await app.RecordedAsync());
    }

    private static int Asked(EndpointApp app) => app.Services.GetRequiredService<Count>().Asked;

    private static Task<EndpointApp> StartAsync(bool resolves = true) => EndpointApp.StartAsync(
        routes =>
        {
            routes.MapPost("/{id}/named", [TrackEvent("Report Exported", GroupIdFrom = "user.tenant", Properties = ["team=user.Tenant"])] () => "ok");
            routes.MapPost("/{id}/unnamed", [TrackEvent("Report Exported")] () => "ok");
            routes.MapPost("/{id}/elsewhere", [TrackEvent("Report Exported", GroupIdFrom = "route.id")] () => "ok");
            routes.MapPost("/{id}/failing", [TrackEvent("Report Exported", GroupIdFrom = "user.tenant")] () => Results.Conflict());
        },
        [typeof(ReportsController)],
        services: services =>
        {
            services.AddSingleton<Count>();
            if (resolves)
            {
                services.AddIntilery().UseTenantResolver<PathTenants>();
            }
        });

    private sealed class PathTenants(Count count) : ILifecycleTenantResolver
    {
        public ValueTask<string?> ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken)
        {
            count.Asked++;
            return new($"{context.Moment} of {context.UserId} for {context.HttpContext?.Request.Path}");
        }
    }

    private sealed class Count
    {
        public int Asked { get; set; }
    }

    private sealed class ReportsController : ControllerBase
    {
        [HttpPost("/{id}/controller")]
        [TrackEvent("Report Exported", Properties = ["team=user.tenant"])]
        public OkResult Export() => Ok();
    }
}
