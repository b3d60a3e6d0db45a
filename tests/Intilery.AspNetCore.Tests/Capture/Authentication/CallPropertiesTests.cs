using System.Security.Claims;
using Intilery.AspNetCore.Capture.Authentication;
using Intilery.AspNetCore.Scopes;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Authentication;

/// <summary>The application's properties are, after a call, what they are without the package: with what the handlers wrote, and nothing else.</summary>
public sealed class CallPropertiesTests
{
    private static readonly ClaimsPrincipal _peter = new(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, "peter")], "test"));

    public static TheoryData<string, bool> Kinds => new()
    {
        // How the application makes its properties, and whether its type can be copied.
        { nameof(AuthenticationProperties), true },
        { nameof(OAuthChallengeProperties), true },
        { nameof(Remembering), false },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_challenge_leaves_them_as_it_does_without(string kind, bool isCarried)
    {
        await using var app = await StartAsync();
        var (without, with) = (Make(kind), Make(kind));
        var (plain, seen) = (new WritingService(), new WritingService());

        await plain.ChallengeAsync(NewRequest(app), FakeOAuth.Scheme, without);
        await Decorate(app, seen).ChallengeAsync(NewRequest(app), FakeOAuth.Scheme, with);

        Assert.Equal(without.Items, with.Items);
        Assert.Equal(without.Parameters, with.Parameters);
        Assert.Equal(without.GetType(), seen.Properties!.GetType());
        Assert.Equal(isCarried ? "browser-1" : null, seen.Properties.Items.TryGetValue("intilery.anonymous_id", out var id) ? id : null);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_challenge_that_fails_leaves_them_as_it_does_without(string kind, bool isCarried)
    {
        await using var app = await StartAsync();
        var (without, with) = (Make(kind), Make(kind));
        var (plain, seen) = (new WritingService { Throws = true }, new WritingService { Throws = true });

        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => plain.ChallengeAsync(NewRequest(app), FakeOAuth.Scheme, without));
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => Decorate(app, seen).ChallengeAsync(NewRequest(app), FakeOAuth.Scheme, with));

        Assert.Equal(without.Items, with.Items);
        Assert.Equal(without.Parameters, with.Parameters);
        Assert.Equal(isCarried, seen.Properties!.Items.ContainsKey("intilery.anonymous_id"));
    }

    // The application's object had the id already: it took the properties from the login provider's ticket.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_sign_in_by_the_cookie_leaves_them_as_it_does_without(bool hasId)
    {
        await using var app = await StartAsync();
        await using var off = await StartAsync(isEnabled: false);
        var (without, with) = (Make(), Make());

        await SignInAsync(off, without);
        var session = await SignInAsync(app, with);

        Assert.Contains(".issued", with.Items.Keys);
        Assert.Equal(without.Items, with.Items);
        Assert.Equal(without.Parameters, with.Parameters);
        Assert.DoesNotContain("intilery.anonymous_id", session.Items.Keys);

        AuthenticationProperties Make()
        {
            var made = new AuthenticationProperties { IsPersistent = true, Items = { ["own"] = "1" }, Parameters = { ["own"] = 1 } };
            if (hasId)
            {
                CarriedAnonymousId.Put(made, "browser-1");
            }

            return made;
        }
    }

    private static AuthenticationProperties Make(string kind)
    {
        AuthenticationProperties made = kind switch
        {
            nameof(AuthenticationProperties) => new(),
            nameof(OAuthChallengeProperties) => new OAuthChallengeProperties { Scope = ["email"] },
            _ => new Remembering { Note = "own" },
        };
        made.RedirectUri = "/next";
        (made.Items["changed"], made.Items["removed"], made.Parameters["changed"]) = ("before", "before", "before");
        return made;
    }

    private static async Task<IDictionary<string, string?>> ReadAsync(HttpContext context) =>
        (await context.AuthenticateAsync("session")).Properties!.Items;

    private static async Task<AuthenticationProperties> SignInAsync(IdentityApp app, AuthenticationProperties properties)
    {
        var context = NewRequest(app);
        await context.SignInAsync("session", _peter, properties);
        var cookie = context.Response.Headers.SetCookie.Single(line => line!.StartsWith("session=", StringComparison.Ordinal))!.Split(';')[0];
        var next = NewRequest(app);
        next.Request.Headers.Cookie = cookie;
        return new AuthenticationProperties(await ReadAsync(next));
    }

    private static DefaultHttpContext NewRequest(IdentityApp app)
    {
        var context = new DefaultHttpContext { RequestServices = app.Services.CreateScope().ServiceProvider };
        context.Request.Headers.Cookie = "ajs_anonymous_id=browser-1";
        return context;
    }

    private static LifecycleAuthenticationService Decorate(IdentityApp app, IAuthenticationService inner) =>
        new(inner, app.Services.GetRequiredService<SessionCapture>(), app.Services.GetRequiredService<AnonymousIdCarrier>());

    private static Task<IdentityApp> StartAsync(bool isEnabled = true) => IdentityApp.StartAsync(new IdentityAppSetup
    {
        Settings = new() { ["Intilery:Enabled"] = isEnabled ? "true" : "false", ["Intilery:TrackedSchemes:0"] = "session" },
        Services = services =>
        {
            new FakeOAuth().Register(services);
            services.AddAuthentication().AddCookie("session", options => options.Cookie.Name = "session");
            services.AddSingleton<TimeProvider>(new Microsoft.Extensions.Time.Testing.FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero)));
        },
    });

    private sealed class Remembering : AuthenticationProperties
    {
        public string? Note { get; init; }
    }

    private sealed class WritingService : IAuthenticationService
    {
        public bool Throws { get; init; }

        public AuthenticationProperties? Properties { get; private set; }

        public Task ChallengeAsync(HttpContext context, string? scheme, AuthenticationProperties? properties)
        {
            Properties = properties;
            (properties!.Items["changed"], properties.Items["added"], properties.RedirectUri) = ("after", "after", "/handler");
            properties.Items.Remove("removed");
            (properties.Parameters["changed"], properties.Parameters["added"]) = ("after", 7);
            return Throws ? throw new InvalidTimeZoneException("broken") : Task.CompletedTask;
        }

        public Task<AuthenticateResult> AuthenticateAsync(HttpContext context, string? scheme) => throw new NotSupportedException();

        public Task ForbidAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) => throw new NotSupportedException();

        public Task SignInAsync(HttpContext context, string? scheme, ClaimsPrincipal principal, AuthenticationProperties? properties) =>
            throw new NotSupportedException();

        public Task SignOutAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) => throw new NotSupportedException();
    }
}
