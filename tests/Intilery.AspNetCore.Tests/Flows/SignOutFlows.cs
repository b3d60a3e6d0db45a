using System.Net;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>Out.</summary>
internal static class SignOutFlows
{
    private const string App = "Identity.Application";

    public static IEnumerable<Flow> Rows =>
    [
        new("a sign-out on Identity's page")
        {
            Given = visit => visit.IsSignedInAsync("peter"),
            Steps = visit => visit.LogOutAsync(),
            Calls = ["out App", "out Ext", "out 2FA"],
            Messages = ["Signed Out peter"],
            Reasons = ["out intermediate-scheme", "out intermediate-scheme"],
        },
        new("a sign-out while anonymous")
        {
            Steps = visit => visit.ServeAsync(context => context.SignIns().SignOutAsync()),
            Calls = ["out App", "out Ext", "out 2FA"],
            Messages = [],
            Reasons = ["out anonymous-sign-out", "out intermediate-scheme", "out intermediate-scheme"],
        },
        new("a sign-out after the session's expiry")
        {
            Given = async visit =>
            {
                await visit.IsSignedInAsync("peter");
                visit.App.Time.Advance(IdentityShape.Lifetime + TimeSpan.FromMinutes(1));
            },
            Steps = visit => visit.ServeAsync(context => context.SignIns().SignOutAsync()),
            Calls = ["out App", "out Ext", "out 2FA"],
            Messages = [],
            Reasons = ["out anonymous-sign-out", "out intermediate-scheme", "out intermediate-scheme"],
        },
        new("Results.SignOut")
        {
            Given = visit => visit.IsSignedInAsync("peter"),
            Steps = visit => visit.ServeAsync(
                _ => Results.SignOut(new AuthenticationProperties { RedirectUri = "/bye" }, [App]), HttpStatusCode.Redirect),
            Calls = ["out App"],
            Messages = ["Signed Out peter"],
            Reasons = [],
        },
        new("Results.SignIn")
        {
            Steps = visit => visit.ServeAsync(_ => Results.SignIn(visit.PrincipalOf("peter"), authenticationScheme: App), HttpStatusCode.OK),
            Calls = ["in App"],
            Messages = ["identify peter", "Signed In peter"],
            Reasons = [],
        },
        new("a sign-out twice in one request")
        {
            Given = visit => visit.IsSignedInAsync("peter"),
            Steps = visit => visit.ServeAsync(async context =>
            {
                await context.SignOutAsync(App);
                await context.SignOutAsync(App);
            }),
            Calls = ["out App", "out App"],
            Messages = ["Signed Out peter"],
            Reasons = ["out anonymous-sign-out"],
        },
        new("a sign-out in two tabs with one ticket")
        {
            Given = visit => visit.IsSignedInAsync("peter"),
            Steps = async visit =>
            {
                var ticket = visit.Jar.Cookies.GetAllCookies();
                await visit.ServeAsync(context => context.SignOutAsync(App));
                visit.Jar.Cookies.Add(ticket);
                await visit.ServeAsync(context => context.SignOutAsync(App));
            },
            Calls = ["out App", "out App"],
            Messages = ["Signed Out peter"],
            Reasons = ["out duplicate"],
        },
        new("a sign-out after the response has started")
        {
            Given = visit => visit.IsSignedInAsync("peter"),
            Steps = visit => visit.ServeAsync(async context =>
            {
                await context.Response.WriteAsync("streaming");
                await Assert.ThrowsAsync<InvalidOperationException>(() => context.SignOutAsync(App));
            }),
            Calls = ["out App InvalidOperationException"],
            Messages = [],
            Reasons = ["out response-started"],
        },
        new("a sign-in after the response has started")
        {
            Steps = visit => visit.ServeAsync(async context =>
            {
                await context.Response.WriteAsync("streaming");
                await Assert.ThrowsAsync<InvalidOperationException>(() => context.SignInAsync(App, visit.PrincipalOf("peter")));
            }),
            Calls = ["in App InvalidOperationException"],
            Messages = [],
            Reasons = ["in response-started"],
        },
        new("a sign-in, and a sign-out after the response has started")
        {
            Steps = visit => visit.ServeAsync(async context =>
            {
                await context.SignInAsync(App, visit.PrincipalOf("peter"));
                await context.Response.WriteAsync("streaming");
                await Assert.ThrowsAsync<InvalidOperationException>(() => context.SignOutAsync(App));
            }),
            Calls = ["in App", "out App InvalidOperationException"],
            Messages = ["identify peter", "Signed In peter"],
            Reasons = ["out failed"],
        },
        new("a sign-out when the request is over")
        {
            Steps = visit => visit.ServeAsync(async context =>
            {
                // The last that is registered runs first.
                context.Response.OnCompleted(() => Assert.ThrowsAsync<InvalidOperationException>(() => context.SignOutAsync(App)));
                await context.SignInAsync(App, visit.PrincipalOf("peter"));
            }),
            Calls = ["in App", "out App InvalidOperationException"],
            Messages = ["identify peter", "Signed In peter"],
            Reasons = ["out outside-scope"],
        },
        new("a deletion of the own account on Identity's page")
        {
            Given = visit => visit.IsSignedInAsync("peter"),
            Steps = async visit =>
            {
                using var response = await visit.Browser.SubmitAsync("/Identity/Account/Manage/DeletePersonalData", ("Input.Password", Visit.Password));
                Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
            },
            Calls = ["out App", "out Ext", "out 2FA"],
            Messages = ["Signed Out peter"],
            Reasons = ["out intermediate-scheme", "out intermediate-scheme"],
        },
    ];
}
