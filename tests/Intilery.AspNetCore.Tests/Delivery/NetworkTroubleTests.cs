using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Intilery.AspNetCore.Delivery;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Tests.Delivery;

public sealed class NetworkTroubleTests
{
    [Fact]
    public async Task An_answer_that_never_comes_is_given_up_and_tried_again()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        var never = api.HoldNextAnswer();
        await app.RecordAsync(1);
        await never.Arrived;

        await app.Clock.PassAsync(TimeSpan.FromSeconds(10));
        await app.PassFirstBackoffAsync();

        await api.AcceptedAsync(1);
        Assert.Contains(app.App.Log.Ours, line => line.Id == 401 && line.Message.Contains("no answer within 10 seconds", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_answer_that_never_ends_is_given_up_and_tried_again()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        var begun = new TaskCompletionSource();
        api.AnswerNext(async context =>
        {
            await context.Response.WriteAsync("""{"success":""");
            await context.Response.Body.FlushAsync();
            begun.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        });
        await app.RecordAsync(1);
        await begun.Task;

        await app.Clock.PassAsync(TimeSpan.FromSeconds(10));
        await app.PassFirstBackoffAsync();

        await api.AcceptedAsync(1);
    }

    [Fact]
    public async Task A_connection_that_breaks_is_tried_again()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        api.AnswerNext(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        await app.RecordAsync(1);

        await app.PassFirstBackoffAsync();

        await api.AcceptedAsync(1);
        Assert.Single(app.App.Log.Ours, line => line.Id == 401);
    }

    [Fact]
    public async Task An_answer_without_end_is_read_to_its_limit_only()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        api.AnswerNext(async context =>
        {
            var chunk = new byte[64 * 1024];
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
                await Task.Yield();
            }
        });
        await app.RecordAsync(1);

        // It is given up long before its time-out, which does not pass here.
        await app.PassFirstBackoffAsync();
        await api.AcceptedAsync(1);
    }

    [Theory]
    [InlineData("no HTTP at all", "SSH-2.0-OpenSSH_9.2\r\n")]
    [InlineData("nothing", "")]
    [InlineData("half a head", "HTTP/1.1 200 OK\r\nContent-Le")]
    [InlineData("half a body", "HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{\"success\"")]
    [InlineData("a broken chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}")]
    [InlineData("half a character", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 15\r\n\r\n{\"message\":\"\u00c3\"}")]
    [InlineData("half a surrogate pair", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 20\r\n\r\n{\"message\":\"\\ud800\"}")]
    [InlineData("a status that is none", "HTTP/1.1 999 What\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")]
    public async Task What_is_no_answer_is_no_acknowledgement(string what, string bytes)
    {
        await using var server = new RawServer();
        server.AnswerNext(bytes);
        await using var app = await DeliveringApp.StartAsync($"http://127.0.0.1:{server.Port}");
        await app.RecordAsync(3);

        await app.Clock.WaitedForAsync(Backoff.First / 2, Backoff.First);
        await app.AssertLeftAsync(rows: 3, deadLetters: 0);
        await app.PassFirstBackoffAsync();
        await app.EmptyAsync();

        Assert.True(app.App.Log.Ours.Count(line => line.Id == 401) == 1, what);
        Assert.DoesNotContain(app.App.Log.Ours, line => line.Id == 404);
    }

    [Fact]
    public async Task A_connection_that_is_closed_by_half_is_tried_again()
    {
        await using var server = new RawServer();
        server.HandleNext((_, socket) =>
        {
            socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
            return Task.CompletedTask;
        });
        await using var app = await DeliveringApp.StartAsync($"http://127.0.0.1:{server.Port}");
        await app.RecordAsync(3);

        await app.PassFirstBackoffAsync();
        await app.EmptyAsync();

        Assert.Single(app.App.Log.Ours, line => line.Id == 401);
    }

    [Fact]
    public async Task A_server_that_speaks_no_tls_is_tried_again()
    {
        await using var server = new RawServer();
        server.AnswerNext("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        await using var app = await DeliveringApp.StartAsync($"https://127.0.0.1:{server.Port}");
        await app.RecordAsync(3);

        await app.PassFirstBackoffAsync();
        await app.Clock.WaitedForAsync(Backoff.First, Backoff.First * 2);

        await app.AssertLeftAsync(rows: 3, deadLetters: 0);
    }

    [Theory]
    [InlineData("localhost", 2120, "the certificate's root is not one that this machine trusts (UntrustedRoot)")]
    [InlineData("localhost", 2021, "the certificate has expired or is not valid yet, by this machine's clock (NotTimeValid)")]
    [InlineData("other.test", 2120, "the certificate is for another host name (RemoteCertificateNameMismatch)")]
    public async Task A_certificate_that_does_not_hold_is_not_accepted_and_the_log_says_why(string name, int until, string cause)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        if (name == "localhost")
        {
            names.AddIpAddress(IPAddress.Loopback);
        }

        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(until, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var api = await TrackingApi.StartAsync(certificate: certificate);
        await using var app = await DeliveringApp.StartAsync(api);
        await app.RecordAsync(3);

        await app.PassFirstBackoffAsync();
        await app.Clock.WaitedForAsync(Backoff.First, Backoff.First * 2);

        Assert.Empty(api.Requests);
        await app.AssertLeftAsync(rows: 3, deadLetters: 0);
        Assert.Contains(app.App.Log.Ours, line => line.Id == 401
            && line.Message.Contains("The SSL connection could not be established: ", StringComparison.Ordinal)
            && line.Message.Contains(cause, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_answer_that_is_no_TLS_is_named_with_its_cause()
    {
        await using var server = new RawServer();
        server.AnswerNext("HTTP/1.1 400 Bad Request\r\n\r\n");
        await using var app = await DeliveringApp.StartAsync($"https://localhost:{server.Port}");
        await app.RecordAsync(1);
        await app.Clock.WaitedForAsync(Backoff.First / 2, Backoff.First);

        Assert.Contains(app.App.Log.Ours, line => line.Id == 401
            && line.Message.Contains("The SSL connection could not be established: Cannot determine the frame size", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_is_tried_again()
    {
        await using var app = await DeliveringApp.StartAsync(
            "https://tracking.invalid", new IdentityAppSetup { Settings = { ["Intilery:Delivery:UnderTestServer"] = "true" } });
        await app.RecordAsync(3);

        await app.PassFirstBackoffAsync();
        await app.Clock.WaitedForAsync(Backoff.First, Backoff.First * 2);

        await app.AssertLeftAsync(rows: 3, deadLetters: 0);
        Assert.Contains(app.App.Log.Ours, line => line.Id == 401 && line.Message.Contains("tracking.invalid", StringComparison.Ordinal));
    }
}
