using System.Net;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Scopes;

public sealed class BrowserContextTests
{
    private const string Register = "/Identity/Account/Register";

    [Fact]
    public async Task An_anonymous_registration_carries_the_browsers_context_and_nothing_of_the_query_but_the_campaign()
    {
        await using var app = await Work.StartAsync(context => context.Users().CreateAsync(Work.NewUser("peter")));
        using var browser = Open(app);
        browser.Client.DefaultRequestHeaders.Referrer = new Uri("https://news.example.com/article?id=7");

        using var response = await browser.PostAsync("/work?utm_campaign=spring&utm_source=news&utm_medium=email&utm_term=saas&utm_content=top&invite=s3cret");

        var signedUp = (await app.RecordedAsync()).Single(call => call.Event == "Signed Up");
        Assert.Equal("browser-1", signedUp.AnonymousId);
        signedUp.Call["context"]!.AsObject().Remove("library");
        signedUp.Call["context"]!.AsObject().Remove("app");
        Payload.Equal(
            """
            {
              "userId": "peter",
              "anonymousId": "browser-1",
              "type": "track",
              "event": "Signed Up",
              "properties": { "type": "organic", "username": "peter" },
              "context": {
                "userAgent": "Mozilla/5.0 (Test)",
                "locale": "de-CH",
                "page": { "path": "/work", "referrer": "https://news.example.com" },
                "campaign": { "name": "spring", "source": "news", "medium": "email", "term": "saas", "content": "top" }
              },
              "messageId": "*",
              "timestamp": "*"
            }
            """,
            signedUp);
    }

    [Fact]
    public async Task The_campaign_of_a_form_is_that_of_the_page_it_was_on()
    {
        await using var app = await IdentityApp.StartAsync();
        using var browser = Open(app);
        browser.Client.DefaultRequestHeaders.Referrer = new Uri("http://localhost/Identity/Account/Register?utm_source=news&invite=s3cret");

        await IdentityApp.RegisterAsync(browser);

        Assert.All(await app.RecordedAsync(), call =>
        {
            Assert.Equal("""{"source":"news"}""", call.Call["context"]!["campaign"]!.ToJsonString());
            Assert.DoesNotContain("s3cret", call.Json, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task An_administrators_browser_never_follows_the_user_made()
    {
        await using var app = await Work.StartAsync(context => context.Users().CreateAsync(Work.NewUser("samir")));
        await app.CreateUserAsync();
        using var browser = Open(app);
        await IdentityApp.SignInAsync(browser);
        await app.ForgetAsync();

        await Work.DoAsync(browser);

        var calls = await app.RecordedAsync();
        Assert.Equal(["identify samir", "Signed Up samir"], calls.Select(call => call.ToString()));
        Payload.Equal(
            """
            {
              "userId": "samir",
              "type": "track",
              "event": "Signed Up",
              "properties": { "type": "invited", "username": "samir" },
              "context": {
                "library": { "name": "Intilery.AspNetCore", "version": "*" },
                "app": { "name": "Intilery.AspNetCore.Tests", "version": "*" }
              },
              "messageId": "*",
              "timestamp": "*"
            }
            """,
            calls[1]);
    }

    [Fact]
    public async Task A_user_who_registers_beside_a_live_session_and_is_signed_in_is_organic_and_not_the_browsers_person_before()
    {
        await using var app = await Work.StartAsync(async context =>
        {
            var samir = Work.NewUser("samir");
            await context.Users().CreateAsync(samir);
            await context.RequestServices.GetRequiredService<SignInManager<IdentityUser>>().SignInAsync(samir, isPersistent: false);
        });
        await app.CreateUserAsync();
        using var browser = Open(app);
        await IdentityApp.SignInAsync(browser);
        await app.ForgetAsync();

        await Work.DoAsync(browser);

        var calls = await app.RecordedAsync();
        Assert.Equal(["identify samir", "Signed Up samir", "Signed In samir"], calls.Select(call => call.ToString()));
        Assert.Equal("organic", (string?)calls[1].Call["properties"]!["type"]);
        Assert.All(calls, call => Assert.Null(call.AnonymousId));
        Assert.All(calls, call => Assert.Equal("Mozilla/5.0 (Test)", (string?)call.Call["context"]!["userAgent"]));
    }

    [Fact]
    public async Task Of_several_users_made_by_an_anonymous_request_only_the_one_signed_in_sits_at_the_browser()
    {
        await using var app = await Work.StartAsync(async context =>
        {
            await context.Users().CreateAsync(Work.NewUser("samir"));
            var peter = Work.NewUser("peter");
            await context.Users().CreateAsync(peter);
            await context.RequestServices.GetRequiredService<SignInManager<IdentityUser>>().SignInAsync(peter, isPersistent: false);
        });
        using var browser = Open(app);

        await Work.DoAsync(browser);

        Assert.Equal(
            ["identify samir ", "Signed Up samir ", "identify peter browser-1", "Signed Up peter browser-1", "Signed In peter browser-1"],
            (await app.RecordedAsync()).Select(call => $"{call.Event} {call.UserId} {call.AnonymousId}"));
    }

    [Theory]
    [InlineData(false, null)]
    [InlineData(true, "browser-1")]
    public async Task Without_consent_the_browser_stays_anonymous(bool canTrack, string? expected)
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup
        {
            BeforeTheLine = pipeline => pipeline.Use((context, next) =>
            {
                context.Features.Set<ITrackingConsentFeature>(new Consent(canTrack));
                return next(context);
            }),
        });
        using var browser = Open(app);

        await IdentityApp.RegisterAsync(browser);

        var calls = await app.RecordedAsync();
        Assert.Equal(["identify", "Signed Up", "Signed In"], calls.Select(call => call.Event));
        Assert.All(calls, call => Assert.Equal(expected, call.AnonymousId));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Wherever_the_line_stands_the_result_is_the_same(bool isLast)
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup
        {
            WriteTheLine = !isLast,
            Endpoints = pipeline =>
            {
                pipeline.UseRouting();
                pipeline.UseAuthentication();
                pipeline.UseAuthorization();
                if (isLast)
                {
                    pipeline.UseIntileryLifecycleTracking();
                }
            },
        });
        using var browser = Open(app);

        await IdentityApp.RegisterAsync(browser);
        await IdentityApp.SignOutAsync(browser);

        var calls = await app.RecordedAsync();
        Assert.Equal(["identify", "Signed Up", "Signed In", "Signed Out"], calls.Select(call => call.Event));
        Assert.All(calls, call => Assert.Equal("browser-1", call.AnonymousId));
        Assert.Equal(
            [Register, Register, Register, "/Identity/Account/Logout"], calls.Select(call => (string?)call.Call["context"]!["page"]!["path"]));
    }

    private static TestBrowser Open(IdentityApp app)
    {
        var browser = app.OpenBrowser(out var jar);
        jar.Cookies.Add(new Cookie("ajs_anonymous_id", "browser-1", "/", "localhost"));
        browser.Client.DefaultRequestHeaders.Add("User-Agent", "Mozilla/5.0 (Test)");
        browser.Client.DefaultRequestHeaders.Add("Accept-Language", "en;q=0.5, de-CH, *;q=0.1");
        return browser;
    }


    private sealed record Consent(bool CanTrack) : ITrackingConsentFeature
    {
        public bool IsConsentNeeded => true;

        public bool HasConsent => CanTrack;

        public void GrantConsent() => throw new NotSupportedException();

        public void WithdrawConsent() => throw new NotSupportedException();

        public string CreateConsentCookie() => throw new NotSupportedException();
    }
}
