using Intilery.AspNetCore.Delivery;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Delivery;

/// <summary>Deliveries go by a client of our own, which what the application configures for all clients does not touch.</summary>
public sealed class DeliveryHttpClientTests
{
    [Fact]
    public async Task What_the_application_configures_for_this_client_counts()
    {
        var (primary, added) = (new Seen(), new Seen());
        using var host = WorkerHost.Create("Production", new Dictionary<string, string?> { ["CaptureOnly"] = "true" }, services: services => services
            .AddHttpClient(IntileryDefaults.HttpClientName, client => client.DefaultRequestHeaders.Add("X-Egress", "proxy-1"))
            .ConfigurePrimaryHttpMessageHandler(() => primary)
            .AddHttpMessageHandler(() => added));

        using var answer = await host.Services.GetRequiredService<DeliveryHttpClient>().Http.GetAsync(
            new Uri("http://127.0.0.1:9"), TestContext.Current.CancellationToken);

        Assert.Equal([("proxy-1", 1), ("proxy-1", 1)], [(primary.Header, primary.Requests), (added.Header, added.Requests)]);
    }

    [Fact]
    public async Task What_it_configures_for_all_clients_or_its_own_factory_makes_does_not()
    {
        var others = new Seen();
        await using var api = await TrackingApi.StartAsync();
        using var host = WorkerHost.Create("Production", new Dictionary<string, string?> { ["CaptureOnly"] = "true" }, services: services =>
        {
            services.ConfigureHttpClientDefaults(all => all.ConfigurePrimaryHttpMessageHandler(() => others).AddHttpMessageHandler(() => others));
            services.AddHttpClient("another").ConfigurePrimaryHttpMessageHandler(() => others);
            services.AddSingleton<IHttpClientFactory>(new OwnFactory());
        });

        using var answer = await host.Services.GetRequiredService<DeliveryHttpClient>().Http.GetAsync(
            new Uri(api.BaseAddress), TestContext.Current.CancellationToken);

        Assert.Equal(0, others.Requests);
    }

    [Fact]
    public void It_needs_no_factory_and_waits_as_long_as_its_caller_does()
    {
        using var host = WorkerHost.Create("Production", new Dictionary<string, string?> { ["CaptureOnly"] = "true" });

        Assert.Null(host.Services.GetService<IHttpClientFactory>());
        Assert.Equal(Timeout.InfiniteTimeSpan, host.Services.GetRequiredService<DeliveryHttpClient>().Http.Timeout);
    }

    private sealed class Seen : DelegatingHandler
    {
        public int Requests { get; private set; }

        public string? Header { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests++;
            Header = request.Headers.TryGetValues("X-Egress", out var values) ? values.Single() : null;
            return InnerHandler is null ? Task.FromResult(new HttpResponseMessage()) : base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class OwnFactory : IHttpClientFactory
    {
        public HttpClient CreateClient(string name) => throw new InvalidOperationException("It is the application's.");
    }
}
