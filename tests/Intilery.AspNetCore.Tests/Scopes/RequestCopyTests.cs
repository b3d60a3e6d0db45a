using System.Net;
using System.Security.Claims;
using Intilery.AspNetCore.Scopes;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;
using Moq;

namespace Intilery.AspNetCore.Tests.Scopes;

/// <summary>The request that a tenant resolver gets: all that it may ask of one, and nothing by which it could touch the application's own.</summary>
public sealed class RequestCopyTests
{
    [Fact]
    public void It_is_what_the_client_has_sent()
    {
        var request = Request();
        request.Request.Method = "POST";
        request.Request.Scheme = "https";
        request.Request.Host = new HostString("acme.example.test", 8443);
        request.Request.PathBase = "/app";
        request.Request.Path = "/orders/7";
        request.Request.QueryString = new QueryString("?team=blue");
        request.Request.Headers["X-Tenant"] = new StringValues(["a", "b"]);
        request.Request.Headers.Cookie = "tenant=initech";
        request.Request.ContentType = "application/x-www-form-urlencoded";
        request.Request.Form = new FormCollection(new() { ["account"] = "globex" });
        request.Connection.RemoteIpAddress = IPAddress.Parse("192.0.2.7");
        request.TraceIdentifier = "trace-1";

        var copy = RequestCopy.Of(request).Request;

        Assert.Equal("POST https://acme.example.test:8443/app/orders/7?team=blue", $"{copy.Method} {copy.Scheme}://{copy.Host}{copy.PathBase}{copy.Path}{copy.QueryString}");
        Assert.Equal(
            ["a,b", "blue", "initech", "globex", "192.0.2.7", "trace-1"],
            [copy.Headers["X-Tenant"].ToString(), copy.Query["team"].ToString(), copy.Cookies["tenant"], copy.Form["account"].ToString(), copy.HttpContext.Connection.RemoteIpAddress!.ToString(), copy.HttpContext.TraceIdentifier]);
    }

    [Fact]
    public void It_has_what_middleware_has_set()
    {
        var request = Request();
        var (session, endpoint, user) = (Mock.Of<ISession>(), new Endpoint(null, null, "orders"), new ClaimsPrincipal(new ClaimsIdentity("test")));
        request.Session = session;
        request.User = user;
        request.SetEndpoint(endpoint);
        request.Request.RouteValues = new RouteValueDictionary { ["id"] = "7" };
        request.Request.Query = new QueryCollection(new Dictionary<string, StringValues> { ["rewritten"] = "yes" });
        request.Items["tenant"] = "initech";
        request.Features.Set(new CurrentTenant("globex"));

        var copy = RequestCopy.Of(request);

        Assert.Same(session, copy.Session);
        Assert.Same(user, copy.User);
        Assert.Same(endpoint, copy.GetEndpoint());
        Assert.Equal("7", copy.GetRouteValue("id"));
        Assert.Equal("yes", copy.Request.Query["rewritten"]);
        Assert.Equal("initech", copy.Items["tenant"]);
        Assert.Null(copy.Items["another"]);
        Assert.Equal("globex", copy.Features.Get<CurrentTenant>()!.Id);
    }

    [Fact]
    public void What_is_changed_on_it_is_not_changed_on_the_request()
    {
        var request = Request();
        request.Items["tenant"] = "initech";
        request.User = new ClaimsPrincipal(new ClaimsIdentity("test"));
        request.Request.RouteValues["id"] = "7";
        var copy = RequestCopy.Of(request);

        copy.Items["tenant"] = "mine";
        copy.User = new ClaimsPrincipal();
        copy.Request.RouteValues["id"] = "mine";
        copy.Request.Headers["X-Mine"] = "mine";
        copy.Request.Path = "/mine";
        copy.Response.Headers["X-Mine"] = "mine";
        copy.Response.StatusCode = 500;
        copy.SetEndpoint(new Endpoint(null, null, "mine"));

        Assert.Equal("initech", request.Items["tenant"]);
        Assert.True(request.User.Identity!.IsAuthenticated);
        Assert.Equal("7", request.Request.RouteValues["id"]);
        Assert.Equal((PathString.Empty, 200), (request.Request.Path, request.Response.StatusCode));
        Assert.Empty(request.Request.Headers);
        Assert.Empty(request.Response.Headers);
        Assert.Null(request.GetEndpoint());
    }

    [Fact]
    public async Task It_has_no_body_no_services_of_the_request_and_a_response_that_has_left()
    {
        using var body = new MemoryStream([1, 2, 3]);
        using var written = new MemoryStream();
        var request = Request();
        request.Request.Body = body;
        request.Response.Body = written;

        var copy = RequestCopy.Of(request);
        await copy.Response.WriteAsync("mine", TestContext.Current.CancellationToken);

        Assert.Equal(0, await copy.Request.Body.ReadAsync(new byte[3], TestContext.Current.CancellationToken));
        Assert.Equal(0, written.Length);
        Assert.True(copy.Response.HasStarted);
        Assert.Null(copy.RequestServices);
    }

    [Fact]
    public void What_was_not_there_is_not_made_on_the_request()
    {
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature());
        features.Set<IHttpResponseFeature>(new HttpResponseFeature());
        features.Set<IHttpConnectionFeature>(new HttpConnectionFeature());
        features.Set<IHttpRequestIdentifierFeature>(new HttpRequestIdentifierFeature());

        RequestCopy.Of(new DefaultHttpContext(features));

        Assert.Equal(4, features.Count());
    }

    private static DefaultHttpContext Request() => new() { RequestServices = new ServiceCollection().BuildServiceProvider() };

    private sealed record CurrentTenant(string Id);
}
