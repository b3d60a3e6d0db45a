using System.Net;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>In by a login provider, whose handler ends its callback inside <c>UseAuthentication</c>.</summary>
internal static class ExternalFlows
{
    public static IEnumerable<Flow> Rows =>
    [
        new("a login provider's callback")
        {
            Given = ProviderKnowsMiltonAsync,
            Steps = visit => CallBackAsync(visit),
            Calls = ["out Ext", "in Ext"],
            Messages = [],
            Reasons = ["out intermediate-scheme", "in intermediate-scheme"],
        },
        new("a login provider's new user")
        {
            Given = async visit =>
            {
                await ProviderKnowsMiltonAsync(visit);
                visit.Kept = await CallBackAsync(visit);
            },
            Steps = async visit =>
            {
                using var response = await visit.Browser.SubmitAsync(visit.Kept, ("Input.Email", visit.EmailOf("milton")));
                Assert.Equal("/", response.Headers.Location?.OriginalString);
            },
            Calls = ["in App"],
            Messages = ["identify milton", "Signed Up milton", "Signed In milton"],
            Reasons = [],
        },
        new("a login provider's existing user")
        {
            Given = async visit =>
            {
                await ProviderKnowsMiltonAsync(visit);
                await visit.CreateUsersAsync("milton");
                await visit.ChangeAsync("milton", (users, milton) =>
                    users.AddLoginAsync(milton, new UserLoginInfo(FakeOAuth.Scheme, visit.App.Provider.Id, FakeOAuth.Scheme)));
                visit.Kept = await CallBackAsync(visit);
            },
            Steps = async visit =>
            {
                using var response = await visit.Browser.GetAsync(visit.Kept);
                Assert.Equal("/", response.Headers.Location?.OriginalString);
            },
            Calls = ["out Ext", "in App"],
            Messages = ["identify milton by row", "Signed In milton"],
            Reasons = ["out intermediate-scheme"],
        },
        new("a login provider that signs in to the session itself")
        {
            Host = FlowHost.PlainCookies,
            Given = ProviderKnowsMiltonAsync,
            Steps = async visit =>
            {
                using var challenge = await visit.Browser.GetAsync("/go");
                Assert.Equal("/name", (await FakeOAuth.ComeBackAsync(visit.Browser, challenge)).Next);
                await visit.ServeAsync(context => context.SignOutAsync(PlainCookiesShape.Cookies));
            },
            Calls = ["in Cookies", "out Cookies"],
            Messages = ["identify milton", "Signed In milton", "Signed Out milton"],
            Reasons = [],
        },
        new("a login provider's login over a live session of the same user")
        {
            Host = FlowHost.PlainCookies,
            Given = async visit =>
            {
                await ProviderKnowsMiltonAsync(visit);
                using var challenge = await visit.Browser.GetAsync("/go");
                await FakeOAuth.ComeBackAsync(visit.Browser, challenge);
            },
            Steps = async visit =>
            {
                using var challenge = await visit.Browser.GetAsync("/go");
                Assert.Equal("/name", (await FakeOAuth.ComeBackAsync(visit.Browser, challenge)).Next);
            },
            Calls = ["in Cookies"],
            Messages = ["Signed In milton"],
            Reasons = ["identify unchanged"],
        },
        new("a session of a login provider issued anew with its own properties")
        {
            Host = FlowHost.PlainCookies,
            Given = async visit =>
            {
                await ProviderKnowsMiltonAsync(visit);
                using var challenge = await visit.Browser.GetAsync("/go");
                await FakeOAuth.ComeBackAsync(visit.Browser, challenge);
            },
            Steps = visit => visit.ServeAsync(async context =>
            {
                var session = await context.AuthenticateAsync(PlainCookiesShape.Cookies);
                await context.SignInAsync(PlainCookiesShape.Cookies, visit.PrincipalOf("milton"), session.Properties);
            }),
            Calls = ["in Cookies"],
            Messages = [],
            Reasons = ["in refresh"],
        },
    ];

    private static Task ProviderKnowsMiltonAsync(Visit visit)
    {
        (visit.App.Provider.Id, visit.App.Provider.Email) = (visit.IdOf("milton"), visit.EmailOf("milton"));
        return Task.CompletedTask;
    }

    // From Identity's login page to the provider and back; returns the page that follows.
    private static async Task<string> CallBackAsync(Visit visit)
    {
        using var challenge = await visit.Browser.SubmitAsync("/Identity/Account/Login", ("provider", FakeOAuth.Scheme));
        Assert.Equal(HttpStatusCode.Redirect, challenge.StatusCode);
        return (await FakeOAuth.ComeBackAsync(visit.Browser, challenge)).Next;
    }
}
