using System.Net;
using Intilery.AspNetCore.Dashboard;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Tests.Dashboard;

public sealed class LocalAccessTests
{
    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1", "localhost:5000")]
    [InlineData("::1", "::1", "localhost")]
    [InlineData("::ffff:127.0.0.1", "::ffff:127.0.0.1", "127.0.0.1:5000")]
    [InlineData("127.0.0.1", "127.0.0.1", "[::1]:5000")]
    [InlineData("127.0.0.1", "127.0.0.1", "myapp.localhost")]
    public void The_person_at_this_machine_sees_the_page(string remote, string local, string host) =>
        Assert.True(LocalAccess.IsAllowed(Request(remote, local, host)));

    [Theory]
    [InlineData("192.168.0.7", "127.0.0.1", "localhost")]
    [InlineData("127.0.0.1", "172.17.0.2", "localhost")]
    [InlineData(null, "127.0.0.1", "localhost")]
    [InlineData("127.0.0.1", null, "localhost")]
    [InlineData("127.0.0.1", "127.0.0.1", "abc-5000.devtunnels.ms")]
    [InlineData("127.0.0.1", "127.0.0.1", "rebound.example.com:5000")]
    [InlineData("127.0.0.1", "127.0.0.1", "localhost.example.com")]
    [InlineData("127.0.0.1", "127.0.0.1", "10.0.0.1")]
    [InlineData("127.0.0.1", "127.0.0.1", "")]
    public void Nobody_else_does(string? remote, string? local, string host) => Assert.False(LocalAccess.IsAllowed(Request(remote, local, host)));

    [Theory]
    [InlineData("Forwarded")]
    [InlineData("X-Forwarded-For")]
    [InlineData("x-forwarded-host")]
    [InlineData("X-Forwarded-Proto")]
    [InlineData("X-Original-For")]
    [InlineData("X-Original-Host")]
    [InlineData("Via")]
    public void What_came_through_a_proxy_or_tunnel_of_this_machine_does_not(string header)
    {
        var request = Request("127.0.0.1", "127.0.0.1", "localhost");
        request.Request.Headers[header] = "203.0.113.7";

        Assert.False(LocalAccess.IsAllowed(request));
    }

    private static DefaultHttpContext Request(string? remote, string? local, string host)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = remote is null ? null : IPAddress.Parse(remote);
        context.Connection.LocalIpAddress = local is null ? null : IPAddress.Parse(local);
        context.Request.Host = new HostString(host);
        return context;
    }
}
