using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>Plain cookies and policy schemes.</summary>
internal static class CookieFlows
{
    public static IEnumerable<Flow> Rows =>
    [
        new("a plain cookie without Identity, the default scheme")
        {
            Host = FlowHost.PlainCookies,
            Steps = async visit =>
            {
                await visit.ServeAsync(context => context.SignInAsync(visit.PrincipalOf("peter", new Claim("org_id", "acct_1"))));
                await visit.ServeAsync(context => context.SignOutAsync());
            },
            Calls = ["in default", "out default"],
            Messages = ["identify peter acct_1", "Signed In peter acct_1", "Signed Out peter acct_1"],
            Reasons = [],
        },
        new("a plain cookie without Identity, not the default scheme")
        {
            Host = FlowHost.PlainCookies,
            Steps = PartnersAsync,
            Calls = ["in Partners", "out Partners"],
            Messages = ["identify peter", "Signed In peter", "Signed Out peter"],
            Reasons = [],
        },
        new("a plain cookie beside Identity")
        {
            Steps = PartnersAsync,
            Calls = ["in Partners", "out Partners"],
            Messages = ["identify peter", "Signed In peter", "Signed Out peter"],
            Reasons = [],
        },
        new("a plain cookie by Results.SignIn and Results.SignOut")
        {
            Host = FlowHost.PlainCookies,
            Steps = async visit =>
            {
                await visit.ServeAsync(_ => Results.SignIn(visit.PrincipalOf("peter"), new AuthenticationProperties { RedirectUri = "/name" }), HttpStatusCode.Redirect);
                await visit.ServeAsync(_ => Results.SignOut(new AuthenticationProperties { RedirectUri = "/name" }), HttpStatusCode.Redirect);
            },
            Calls = ["in default", "out default"],
            Messages = ["identify peter", "Signed In peter", "Signed Out peter"],
            Reasons = [],
        },
        new("a plain cookie issued anew for the same user")
        {
            Host = FlowHost.PlainCookies,
            Given = visit => visit.ServeAsync(context => context.SignInAsync(visit.PrincipalOf("peter"))),
            Steps = visit => visit.ServeAsync(context => context.SignInAsync(visit.PrincipalOf("peter"))),
            Calls = ["in default"],
            Messages = [],
            Reasons = ["in refresh"],
        },
        new("a cookie of the application's own between the password and the code")
        {
            Host = FlowHost.PlainCookies,
            Steps = async visit =>
            {
                await visit.ServeAsync(context => context.SignInAsync(PlainCookiesShape.Halfway, visit.PrincipalOf("peter")));
                await visit.ServeAsync(async context =>
                {
                    Assert.True((await context.AuthenticateAsync(PlainCookiesShape.Halfway)).Succeeded);
                    await context.SignOutAsync(PlainCookiesShape.Halfway);
                    await context.SignInAsync(visit.PrincipalOf("peter"));
                });
            },
            Calls = ["in Halfway", "out Halfway", "in default"],
            Messages = ["identify peter", "Signed In peter"],
            Reasons = ["in intermediate-scheme", "out intermediate-scheme"],
        },
        new("a cookie that confirms a living session for a while")
        {
            Host = FlowHost.PlainCookies,
            Given = visit => visit.ServeAsync(context => context.SignInAsync(visit.PrincipalOf("peter"))),
            Steps = async visit =>
            {
                await visit.ServeAsync(context => context.SignInAsync(PlainCookiesShape.Confirmed, visit.PrincipalOf("peter")));
                await visit.ServeAsync(context => context.SignOutAsync(PlainCookiesShape.Confirmed));
                await visit.ServeAsync(context => context.SignInAsync(PlainCookiesShape.Confirmed, visit.PrincipalOf("peter")));
                await visit.ServeAsync(async context =>
                {
                    await context.SignOutAsync();
                    await context.SignOutAsync(PlainCookiesShape.Confirmed);
                });
            },
            Calls = ["in Confirmed", "out Confirmed", "in Confirmed", "out default", "out Confirmed"],
            Messages = ["Signed Out peter"],
            Reasons = ["in intermediate-scheme", "out intermediate-scheme", "in intermediate-scheme", "out duplicate"],
        },
        new("a session of somebody else in a cookie of its own, beside a living session")
        {
            Host = FlowHost.PlainCookies,
            Given = visit => visit.ServeAsync(context => context.SignInAsync(visit.PrincipalOf("peter"))),
            Steps = async visit =>
            {
                await visit.ServeAsync(context => context.SignInAsync(PlainCookiesShape.Partners, visit.PrincipalOf("samir")));
                await visit.ServeAsync(context => context.SignOutAsync(PlainCookiesShape.Partners));
            },
            Calls = ["in Partners", "out Partners"],
            Messages = ["identify samir", "Signed In samir", "Signed Out samir"],
            Reasons = [],
        },
        new("a policy scheme that forwards")
        {
            Given = visit => visit.CreateUsersAsync("peter"),
            Steps = async visit =>
            {
                await visit.ServeAsync(context => context.SignInAsync(IdentityShape.Portal, visit.PrincipalOf("peter")));
                await visit.ServeAsync(context => context.SignOutAsync(IdentityShape.Portal));
            },
            Calls = ["in App", "in Portal", "out App", "out Portal"],
            Messages = ["identify peter", "Signed In peter", "Signed Out peter"],
            Reasons = ["in untracked-scheme", "out untracked-scheme"],
        },
        new("a policy scheme that forwards to a policy scheme")
        {
            Given = visit => visit.CreateUsersAsync("peter"),
            Steps = async visit =>
            {
                await visit.ServeAsync(context => context.SignInAsync(IdentityShape.OuterPortal, visit.PrincipalOf("peter")));
                await visit.ServeAsync(context => context.SignOutAsync(IdentityShape.OuterPortal));
            },
            Calls = ["in App", "in Portal", "in OuterPortal", "out App", "out Portal", "out OuterPortal"],
            Messages = ["identify peter", "Signed In peter", "Signed Out peter"],
            Reasons = ["in untracked-scheme", "in untracked-scheme", "out untracked-scheme", "out untracked-scheme"],
        },
    ];

    private static async Task PartnersAsync(Visit visit)
    {
        await visit.ServeAsync(context => context.SignInAsync(IdentityShape.Partners, visit.PrincipalOf("peter")));
        await visit.ServeAsync(context => context.SignOutAsync(IdentityShape.Partners));
    }
}
