using System.Security.Claims;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Scopes;

/// <summary>A caller may be authenticated and yet nobody: an API key, a provisioning client.</summary>
public sealed class MachineCallerTests
{
    [Fact]
    public async Task A_user_whom_a_machine_creates_was_invited_and_has_nothing_of_its_browser()
    {
        var signedUp = await SignUpAsync(_ => Task.CompletedTask);

        Assert.Equal("invited", (string?)signedUp.Call["properties"]!["type"]);
        Assert.DoesNotContain("provisioning-client", signedUp.Json, StringComparison.Ordinal);
        Assert.Null(signedUp.AnonymousId);
    }

    [Fact]
    public async Task A_user_whom_such_a_request_also_signs_in_registered()
    {
        var signedUp = await SignUpAsync(async context =>
        {
            var peter = await context.Users().FindByIdAsync("peter");
            await context.RequestServices.GetRequiredService<SignInManager<IdentityUser>>().SignInAsync(peter!, isPersistent: false);
        });

        Assert.Equal("organic", (string?)signedUp.Call["properties"]!["type"]);
        Assert.Equal("provisioning-client/1.0", (string?)signedUp.Call["context"]!["userAgent"]);
    }

    [Theory]
    [InlineData("ApiKey", "client_id", "other")]
    [InlineData("X-API-Key", "client_id", "other")]
    [InlineData("Bearer", "idtyp", "app")]
    [InlineData("Bearer", "gty", "client-credentials")]
    [InlineData("Bearer", "azp", "integration")]
    public async Task A_machine_with_an_id_is_no_user(string authenticationType, string claimType, string value)
    {
        await using var app = await Work.StartAsync(async context =>
        {
            context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim("sub", "integration"), new Claim(claimType, value)], authenticationType));
            await context.Users().CreateAsync(Work.NewUser("peter"));
            await context.RequestServices.GetRequiredService<ILifecycleTracker>().TrackAsync("Report Exported", cancellationToken: context.RequestAborted);
        });

        await Work.DoAsync(app);

        Assert.Equal(["identify peter", "Signed Up peter"], await app.LinesAsync());
        Assert.Equal("invited", (string?)(await app.RecordedAsync())[1].Call["properties"]!["type"]);
        Assert.Contains("Report Exported no-user", app.Reasons());
    }

    [Fact]
    public async Task A_principal_that_Identity_made_of_a_user_is_a_person_whatever_authenticated_it()
    {
        await using var app = await Work.StartAsync(async context =>
        {
            var stamp = new Claim(new ClaimsIdentityOptions().SecurityStampClaimType, "stamp");
            context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, "mary"), stamp], "ApiKey"));
            await context.RequestServices.GetRequiredService<ILifecycleTracker>().TrackAsync("Report Exported", cancellationToken: context.RequestAborted);
        });

        await Work.DoAsync(app);

        Assert.Equal(["Report Exported mary"], await app.LinesAsync());
    }

    [Theory]
    [InlineData("Robots", "Report Exported no-user")]
    [InlineData("ApiKey", null)]
    public async Task The_option_names_the_authentication_types_of_machines(string authenticationType, string? reason)
    {
        await using var app = await Work.StartAsync(
            context =>
            {
                context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, "mary")], authenticationType));
                return context.RequestServices.GetRequiredService<ILifecycleTracker>().TrackAsync("Report Exported", cancellationToken: context.RequestAborted);
            },
            new IdentityAppSetup { Settings = new() { ["Intilery:MachineSchemes:0"] = "Robots" } });

        await Work.DoAsync(app);

        string[] lines = reason is null ? ["Report Exported mary"] : [];
        string[] reasons = reason is null ? [] : [reason];
        Assert.Equal(lines, await app.LinesAsync());
        Assert.Equal(reasons, app.Reasons());
    }

    [Theory]
    [InlineData("Stripe/1.0 (+https://stripe.com/docs/webhooks)", null, null)]
    [InlineData("Stripe/1.0", "Stripe-Signature", "Pa55word!")]
    [InlineData("Shopify-Captain-Hook", "X-Shopify-Hmac-Sha256", "Pa55word!")]
    public async Task A_user_whom_a_webhook_creates_is_not_organic_and_has_nothing_of_its_browser(string agent, string? header, string? password)
    {
        var signedUp = await SignUpAnonymouslyAsync(agent, header, password);

        Assert.Equal("invited", (string?)signedUp.Call["properties"]!["type"]);
        Assert.DoesNotContain(agent, signedUp.Json, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("okhttp/4.12.0", null, "Pa55word!")]
    [InlineData("okhttp/4.12.0", "Accept-Language", null)]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64)", null, null)]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64)", "X-Request-Signature", null)]
    public async Task A_user_who_registers_by_a_browser_or_a_device_is_organic(string agent, string? header, string? password)
    {
        var signedUp = await SignUpAnonymouslyAsync(agent, header, password);

        Assert.Equal("organic", (string?)signedUp.Call["properties"]!["type"]);
        Assert.Equal(agent, (string?)signedUp.Call["context"]!["userAgent"]);
    }

    private static async Task<ReceivedCall> SignUpAnonymouslyAsync(string agent, string? header, string? password)
    {
        await using var app = await Work.StartAsync(async context =>
        {
            var peter = new IdentityUser { UserName = "peter", Email = "peter@example.com" };
            Assert.True((password is null ? await context.Users().CreateAsync(peter) : await context.Users().CreateAsync(peter, password)).Succeeded);
        });
        using var browser = app.OpenBrowser();
        browser.Client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", agent);
        if (header is not null)
        {
            browser.Client.DefaultRequestHeaders.TryAddWithoutValidation(header, "en");
        }

        await Work.DoAsync(browser);

        return (await app.RecordedAsync()).Single(call => call.Event == "Signed Up");
    }

    private static async Task<ReceivedCall> SignUpAsync(Func<HttpContext, Task> andThen)
    {
        await using var app = await Work.StartAsync(async context =>
        {
            context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim("client_id", "provisioning")], "ApiKey"));
            await context.Users().CreateAsync(Work.NewUser("peter"));
            await andThen(context);
        });
        using var browser = app.OpenBrowser();
        browser.Client.DefaultRequestHeaders.UserAgent.ParseAdd("provisioning-client/1.0");

        await Work.DoAsync(browser);

        return (await app.RecordedAsync()).Single(call => call.Event == "Signed Up");
    }
}
