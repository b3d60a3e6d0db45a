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
