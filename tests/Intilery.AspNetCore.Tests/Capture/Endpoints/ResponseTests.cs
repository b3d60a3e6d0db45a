using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Tests.Capture.Endpoints;

/// <summary>What a response announces has been recorded, whatever becomes of the response.</summary>
public sealed class ResponseTests
{
    [Fact]
    public async Task The_event_is_recorded_before_the_first_byte_leaves()
    {
        var rest = new TaskCompletionSource();
        await using var app = await EndpointApp.StartAsync(
            routes => routes.MapPost("/", [TrackInviteSent] (InviteInput input) => Results.Stream(async body =>
            {
                await body.WriteAsync("start"u8.ToArray());
                await body.FlushAsync();
                await rest.Task;
            })),
            onKestrel: true);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = JsonContent.Create(new InviteInput("bob@example.com")) };

        using var response = await app.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["""Invite Sent peter@acme {"invitee_email":"bob@example.com"}"""], await app.RecordedAsync());
        rest.SetResult();
    }

    [Fact]
    public async Task An_endpoint_that_succeeded_has_done_it_although_the_client_had_gone()
    {
        var entered = new TaskCompletionSource();
        var ended = new TaskCompletionSource();
        await using var app = await EndpointApp.StartAsync(
            routes => routes.MapPost("/", [TrackEvent("Report Exported")] async (HttpContext context) =>
            {
                context.Response.OnCompleted(() =>
                {
                    ended.SetResult();
                    return Task.CompletedTask;
                });
                entered.SetResult();
                var aborted = new TaskCompletionSource();
                await using var registration = context.RequestAborted.Register(aborted.SetResult);
                await aborted.Task;
                return "too late";
            }),
            onKestrel: true);
        using var client = new TcpClient();
        var address = app.Client.BaseAddress!;
        await client.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        var request = Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\nHost: {address.Authority}\r\nX-User: peter\r\nContent-Length: 0\r\n\r\n");
        await client.GetStream().WriteAsync(request, TestContext.Current.CancellationToken);
        await entered.Task.WaitAsync(TestContext.Current.CancellationToken);
        client.Client.LingerState = new LingerOption(true, 0);
        client.Close();

        await ended.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["Report Exported peter@acme {}"], await app.RecordedAsync());
    }
}
