using System.Security.Claims;
using Intilery.AspNetCore.Capture.Authentication;
using Intilery.AspNetCore.Scopes;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Moq;

namespace Intilery.AspNetCore.Tests.Capture.Authentication;

/// <summary>What one request's authentications found is that request's, whatever the lifetime of the service that they pass through.</summary>
public sealed class RequestSessionsTests
{
    [Fact]
    public async Task A_rejected_session_is_no_sign_out_with_a_service_made_anew_for_every_call()
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup
        {
            Services = services =>
            {
                services.AddTransient<IAuthenticationService, AuthenticationService>();
                services.AddIntilery();
                services.Configure<SecurityStampValidatorOptions>(options => options.ValidationInterval = TimeSpan.Zero);
            },
            Endpoints = routes => routes.MapGet("/name", (ClaimsPrincipal user) => user.Identity!.Name ?? "nobody"),
        });
        var peter = await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await IdentityApp.SignInAsync(browser);
        await app.WithScopeAsync(async services =>
        {
            var users = services.GetRequiredService<UserManager<IdentityUser>>();
            return await users.UpdateSecurityStampAsync((await users.FindByIdAsync(peter))!);
        });

        var lines = await app.LinesOfAsync(async () =>
        {
            using var response = await browser.GetAsync("/name");
            Assert.Equal("nobody", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        });

        Assert.Empty(lines);
        Assert.Contains("Signed Out revoked", app.Reasons());
    }

    [Fact]
    public async Task Authentications_side_by_side_may_end_in_any_order_and_none_stays_under_way()
    {
        var (first, second) = (new TaskCompletionSource<AuthenticateResult>(), new TaskCompletionSource<AuthenticateResult>());
        var inner = new Mock<IAuthenticationService>();
        inner.Setup(service => service.AuthenticateAsync(It.IsAny<HttpContext>(), "first")).Returns(first.Task);
        inner.Setup(service => service.AuthenticateAsync(It.IsAny<HttpContext>(), "second")).Returns(second.Task);
        await using var app = await IdentityApp.StartAsync();
        var context = new DefaultHttpContext();
        var service = Decorate(app, inner.Object);

        var one = service.AuthenticateAsync(context, "first");
        var other = service.AuthenticateAsync(context, "second");
        Assert.Equal(["first", "second"], RequestSessions.Of(context).UnderWay());
        first.SetResult(AuthenticateResult.NoResult());
        await one;
        Assert.Equal(["second"], RequestSessions.Of(context).UnderWay());
        second.SetResult(AuthenticateResult.NoResult());
        await other;

        Assert.Empty(RequestSessions.Of(context).UnderWay());
    }

    [Fact]
    public async Task Two_requests_of_one_service_see_their_own_sessions_only()
    {
        var inner = new Mock<IAuthenticationService>();
        inner.Setup(service => service.AuthenticateAsync(It.IsAny<HttpContext>(), "cookie"))
            .Returns((HttpContext context, string? _) => Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(context.User, "cookie"))));
        await using var app = await IdentityApp.StartAsync();
        var (peter, mary) = (NewRequest("peter"), NewRequest("mary"));
        var service = Decorate(app, inner.Object);

        await service.AuthenticateAsync(peter, "cookie");
        await service.AuthenticateAsync(mary, "cookie");

        Assert.Same(peter.User, RequestSessions.Of(peter).Last.Ticket!.Principal);
        Assert.Same(mary.User, RequestSessions.Of(mary).Last.Ticket!.Principal);
    }

    [Fact]
    public async Task A_request_that_shows_no_credentials_has_a_session_only_if_its_authentication_found_one()
    {
        var inner = new Mock<IAuthenticationService>();
        inner.Setup(service => service.AuthenticateAsync(It.IsAny<HttpContext>(), "cookie")).ReturnsAsync(AuthenticateResult.NoResult());
        inner.Setup(service => service.AuthenticateAsync(It.IsAny<HttpContext>(), "certificate"))
            .Returns((HttpContext context, string? _) => Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(context.User, "certificate"))));
        await using var app = await IdentityApp.StartAsync();
        var context = NewRequest("peter");
        var service = Decorate(app, inner.Object);

        await service.AuthenticateAsync(context, "cookie");
        Assert.Null(context.Features.Get<RequestSessions>());
        await service.AuthenticateAsync(context, "certificate");

        Assert.Same(context.User, RequestSessions.Of(context).Last.Ticket!.Principal);
        await service.AuthenticateAsync(context, "cookie");
        Assert.Equal(("cookie", null), (RequestSessions.Of(context).Last.Scheme, RequestSessions.Of(context).Last.Ticket));
    }

    [Theory]
    [InlineData("Cookie")]
    [InlineData("Authorization")]
    public async Task A_request_that_shows_credentials_knows_what_is_under_way_before_it_begins(string header)
    {
        IReadOnlyList<string> underWay = [];
        var inner = new Mock<IAuthenticationService>();
        inner.Setup(service => service.AuthenticateAsync(It.IsAny<HttpContext>(), "cookie"))
            .Callback((HttpContext context, string? _) => underWay = RequestSessions.Of(context).UnderWay())
            .ReturnsAsync(AuthenticateResult.NoResult());
        await using var app = await IdentityApp.StartAsync();
        var context = NewRequest("peter");
        context.Request.Headers[header] = "anything";

        await Decorate(app, inner.Object).AuthenticateAsync(context, "cookie");

        Assert.Equal(["cookie"], underWay);
        Assert.Empty(RequestSessions.Of(context).UnderWay());
    }

    [Fact]
    public async Task An_authenticated_request_costs_at_most_160_bytes()
    {
        var ticket = Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(), "cookie")));
        var inner = new Completed(ticket);
        await using var app = await IdentityApp.StartAsync();
        var capture = app.Services.GetRequiredService<SessionCapture>();
        var carrier = app.Services.GetRequiredService<AnonymousIdCarrier>();
        Assert.True(app.Services.GetRequiredService<CaptureSwitch>().IsOn);
        Measure(NewRequest("warm-up"));

        Assert.InRange(Measure(NewRequest("peter")), 1, 160);

        long Measure(HttpContext context)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            _ = new LifecycleAuthenticationService(inner, capture, carrier).AuthenticateAsync(context, "cookie");
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private static LifecycleAuthenticationService Decorate(IdentityApp app, IAuthenticationService inner) =>
        new(inner, app.Services.GetRequiredService<SessionCapture>(), app.Services.GetRequiredService<AnonymousIdCarrier>());

    private static DefaultHttpContext NewRequest(string id)
    {
        var context = new DefaultHttpContext { User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, id)], "test")) };

        // As the middleware does before it authenticates: the collection of features has grown by then.
        context.Features.Set(Mock.Of<IAuthenticationFeature>());
        return context;
    }

    private sealed class Completed(Task<AuthenticateResult> result) : IAuthenticationService
    {
        public Task<AuthenticateResult> AuthenticateAsync(HttpContext context, string? scheme) => result;

        public Task ChallengeAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) => Task.CompletedTask;

        public Task ForbidAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) => Task.CompletedTask;

        public Task SignInAsync(HttpContext context, string? scheme, ClaimsPrincipal principal, AuthenticationProperties? properties) => Task.CompletedTask;

        public Task SignOutAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) => Task.CompletedTask;
    }
}
