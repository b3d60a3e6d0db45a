using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Intilery.AspNetCore.Delivery;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Delivery;

/// <summary>How events leave a network whose owner says how.</summary>
public sealed class EgressTests
{
    [Fact]
    public async Task Events_go_by_the_proxy_of_the_named_client()
    {
        await using var proxy = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync("http://127.0.0.1:9", By(() => new SocketsHttpHandler { Proxy = new WebProxy(proxy.BaseAddress) }));

        await app.RecordAsync(3);

        await proxy.AcceptedAsync(3);
        Assert.Equal("127.0.0.1:9", proxy.Requests[0].Headers["Host"]);
    }

    [Fact]
    public async Task Events_go_with_the_client_certificate_of_the_named_client()
    {
        using var server = Certificate("localhost");
        using var client = Certificate("application");
        await using var api = await TrackingApi.StartAsync(certificate: server, isClient: shown => shown.Thumbprint == client.Thumbprint);
        await using var app = await DeliveringApp.StartAsync(api, By(() => new SocketsHttpHandler
        {
            SslOptions = { ClientCertificates = [client], RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == server.Thumbprint },
        }));

        await app.RecordAsync(3);

        await api.AcceptedAsync(3);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_token_follows_no_redirect_whatever_handler_the_application_makes(bool isSockets)
    {
        await using var elsewhere = await TrackingApi.StartAsync();
        await using var api = await TrackingApi.StartAsync();
        api.AnswerNext(HttpStatusCode.TemporaryRedirect, headers: headers => headers.Location = $"{elsewhere.BaseAddress}/track/acme/acme/ACME/v1/batch");
        await using var app = await DeliveringApp.StartAsync(api, By(() => isSockets ? new SocketsHttpHandler() : new HttpClientHandler()));

        await app.RecordAsync(1);

        await app.Clock.WaitedForAsync(BatchDelivery.PauseDelay);
        await app.AssertLeftAsync(rows: 1, deadLetters: 0);
        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public async Task A_handler_that_another_client_uses_delivers_if_it_follows_no_redirect()
    {
        await using var api = await TrackingApi.StartAsync();
        using var shared = await InUseAsync(api, allowAutoRedirect: false);
        await using var app = await DeliveringApp.StartAsync(api, By(() => shared));

        await app.RecordAsync(1);

        await api.AcceptedAsync(1);
    }

    [Fact]
    public async Task A_handler_that_another_client_uses_and_that_follows_redirects_stops_the_start()
    {
        await using var api = await TrackingApi.StartAsync();
        using var shared = await InUseAsync(api, allowAutoRedirect: true);

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => DeliveringApp.StartAsync(api, By(() => shared)));

        Assert.Equal(
            "The handler of the HttpClient 'Intilery.AspNetCore' is in use by another client and follows redirects, which would take the auth token along. "
            + "Make a handler for this client alone, or set its AllowAutoRedirect to false before its first request.",
            exception.Message);
    }

    [Fact]
    public async Task A_rotated_token_counts_from_the_next_request_on_without_a_restart()
    {
        await using var api = await TrackingApi.StartAsync();
        api.AnswerAll((_, _) => HttpStatusCode.OK);
        var configuration = new ReloadableSettings { ["Intilery:AuthToken"] = "the-former-token" };
        await using var app = await DeliveringApp.StartAsync(api, new IdentityAppSetup { Configuration = configuration });
        await app.RecordAsync(OutboxSample.Row(1));
        await api.BodiesAsync(1);

        configuration["Intilery:AuthToken"] = "the-next-token";
        configuration.Reload();
        await app.RecordAsync(OutboxSample.Row(2));
        await api.BodiesAsync(2);

        Assert.Equal(["the-former-token", "the-next-token"], api.Requests.Select(request => request.Headers["auth-token"]));
    }

    private static async Task<SocketsHttpHandler> InUseAsync(TrackingApi api, bool allowAutoRedirect)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = allowAutoRedirect };
        using var client = new HttpClient(handler, disposeHandler: false);
        using var answer = await client.GetAsync(new Uri(api.BaseAddress), TestContext.Current.CancellationToken);
        return handler;
    }

    private static IdentityAppSetup By(Func<HttpMessageHandler> handler) => new()
    {
        Services = services => services.AddHttpClient(IntileryDefaults.HttpClientName).ConfigurePrimaryHttpMessageHandler(handler),
    };

    private static X509Certificate2 Certificate(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2120, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }
}
