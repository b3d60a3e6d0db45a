using System.Diagnostics;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Delivery;

public sealed class PlainClientTests
{
    [Fact]
    public async Task The_applications_defaults_for_all_clients_do_not_touch_ours()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api, new IdentityAppSetup
        {
            Services = services => services.ConfigureHttpClientDefaults(defaults => defaults
                .AddHttpMessageHandler(() => new Refusal())
                .ConfigurePrimaryHttpMessageHandler(() => new Refusal())
                .ConfigureHttpClient(client =>
                {
                    client.Timeout = TimeSpan.FromTicks(1);
                    client.DefaultRequestHeaders.Add("Authorization", "Bearer the-application's-own");
                })),
        });

        await app.RecordAsync(1);

        await api.AcceptedAsync(1);
        Assert.DoesNotContain("Authorization", Assert.Single(api.Requests).Headers.Keys);
    }

    [Fact]
    public async Task No_trace_header_is_sent()
    {
        await using var api = await TrackingApi.StartAsync();
        using var activity = new Activity("the test's own").SetIdFormat(ActivityIdFormat.W3C).Start();
        await using var app = await DeliveringApp.StartAsync(api);
        await app.RecordAsync(1);
        await api.AcceptedAsync(1);

        // What a client that is not plain sends from here.
        using var other = new HttpClient();
        using var content = new StringContent("{}");
        using var answer = await other.PostAsync(new Uri(api.BaseAddress + "/track/acme/acme/ACME/v1/batch"), content, TestContext.Current.CancellationToken);

        Assert.DoesNotContain("traceparent", api.Requests[0].Headers.Keys);
        Assert.Contains("traceparent", api.Requests[1].Headers.Keys);
    }

    private sealed class Refusal : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("The application's handler was called.");
    }
}
