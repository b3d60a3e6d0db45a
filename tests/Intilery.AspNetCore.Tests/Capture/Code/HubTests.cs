using System.Net;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Code;

/// <summary>Hubs on Kestrel, by each of SignalR's transports: what happens in an invocation is recorded when its result is there.</summary>
public sealed class HubTests
{
    public static TheoryData<HttpTransportType> Transports => [HttpTransportType.WebSockets, HttpTransportType.ServerSentEvents, HttpTransportType.LongPolling];

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task An_invocation_is_a_scope_with_the_connections_person_tenant_and_browser(HttpTransportType transport)
    {
        await using var app = await StartAsync();
        var (peter, jar) = await SignInAsync(app);
        await using var connection = await ConnectAsync(app, transport, jar);
        await app.ForgetAsync();

        await connection.InvokeAsync("InviteAsync", "mary@example.com", TestContext.Current.CancellationToken);

        Payload.Equal(
            $$"""
            {
              "userId": "{{peter}}",
              "anonymousId": "browser-1",
              "type": "track",
              "event": "Invite Sent",
              "properties": { "invitee_email": "mary@example.com" },
              "context": {
                "groupId": "acct_123",
                "userAgent": "Board/1.0",
                "library": { "name": "Intilery.AspNetCore", "version": "*" },
                "app": { "name": "Intilery.AspNetCore.Tests", "version": "*" }
              },
              "messageId": "*",
              "timestamp": "*"
            }
            """,
            Assert.Single(await app.RecordedAsync()));
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task A_user_whom_the_connections_person_makes_is_invited_and_each_invocation_is_its_own(HttpTransportType transport)
    {
        await using var app = await StartAsync();
        var (_, jar) = await SignInAsync(app);
        await using var connection = await ConnectAsync(app, transport, jar);
        await app.ForgetAsync();

        var mary = await connection.InvokeAsync<string>("AddAsync", "mary@example.com", TestContext.Current.CancellationToken);
        Assert.Equal([$"identify {mary}", $"Signed Up {mary}"], (await app.RecordedAsync()).Select(call => call.ToString()));
        await Assert.ThrowsAsync<HubException>(() => connection.InvokeAsync("FailAfterAsync", "nina@example.com", TestContext.Current.CancellationToken));

        var calls = await app.RecordedAsync();
        Assert.Equal(["identify", "Signed Up", "identify", "Signed Up"], calls.Select(call => call.Event));
        Assert.All(calls.Where(call => call.Event == "Signed Up"), call => Assert.Equal("invited", (string?)call.Call["properties"]!["type"]));
        Assert.All(calls, call => Assert.Null(call.AnonymousId));
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task An_anonymous_connection_registers_a_user(HttpTransportType transport)
    {
        await using var app = await StartAsync();
        await using var connection = await ConnectAsync(app, transport, new CookieContainer());

        var mary = await connection.InvokeAsync<string>("AddAsync", "mary@example.com", TestContext.Current.CancellationToken);

        var calls = await app.RecordedAsync();
        Assert.Equal([$"identify {mary}", $"Signed Up {mary}"], calls.Select(call => call.ToString()));
        Assert.Equal("organic", (string?)calls[1].Call["properties"]!["type"]);
    }

    [Fact]
    public async Task A_sign_out_on_an_open_connection_fails_as_it_does_without_us_and_ends_nothing()
    {
        await using var app = await StartAsync();
        var (peter, jar) = await SignInAsync(app);
        await using var connection = await ConnectAsync(app, HttpTransportType.WebSockets, jar);
        await app.ForgetAsync();

        await Assert.ThrowsAsync<HubException>(() => connection.InvokeAsync("SignOutAsync", TestContext.Current.CancellationToken));
        await connection.InvokeAsync("InviteAsync", "mary@example.com", TestContext.Current.CancellationToken);

        Assert.Equal([$"Invite Sent {peter} acct_123"], (await app.RecordedAsync()).Select(call => call.ToString()));
    }

    [Fact]
    public async Task Connecting_is_a_scope_too()
    {
        await using var app = await StartAsync();
        var (peter, jar) = await SignInAsync(app);
        await app.ForgetAsync();

        await using var connection = await ConnectAsync(app, HttpTransportType.WebSockets, jar, "/board?say=it");
        await connection.InvokeAsync("InviteAsync", "mary@example.com", TestContext.Current.CancellationToken);

        Assert.Equal(
            [$"Team Board Opened {peter} acct_123", $"Invite Sent {peter} acct_123"], (await app.RecordedAsync()).Select(call => call.ToString()));
    }

    private Task<IdentityApp> StartAsync() => IdentityApp.StartAsync(new IdentityAppSetup
    {
        OnKestrel = true,
        Services = services => services.AddSignalR(),
        Endpoints = app => app.MapHub<TeamHub>("/board"),
    });

    private static async Task<(string UserId, CookieContainer Cookies)> SignInAsync(IdentityApp app)
    {
        var peter = await app.CreateMemberAsync("acct_123");
        using var browser = app.OpenBrowser(out var jar);
        jar.Cookies.Add(new Cookie("ajs_anonymous_id", "browser-1", "/", "127.0.0.1"));
        await IdentityApp.SignInAsync(browser);
        return (peter, jar.Cookies);
    }

    private static async Task<HubConnection> ConnectAsync(IdentityApp app, HttpTransportType transport, CookieContainer cookies, string address = "/board")
    {
        using var browser = app.OpenBrowser();
        var connection = new HubConnectionBuilder().WithUrl(new Uri(browser.Client.BaseAddress!, address), transport, options =>
        {
            options.Cookies = cookies;
            options.Headers["User-Agent"] = "Board/1.0";
        }).Build();
        await connection.StartAsync(TestContext.Current.CancellationToken);
        return connection;
    }
}
