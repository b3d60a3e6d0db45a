using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>
/// The application's own sign-in manager, cookie events, cookie options per tenant, and decorator of the authentication service: in
/// front of ours or behind it, as the package is registered before it or after.
/// </summary>
internal static class CustomisedFlows
{
    private const string Acme = "acme";

    public static IEnumerable<Flow> Rows => Row.Select(flow => flow with { Host = FlowHost.Customised });

    private static Flow[] Row =>
    [
        new("a sign-in manager and cookie events by EventsType of the application's own")
        {
            Given = visit => visit.CreateUsersAsync("peter"),
            Steps = async visit =>
            {
                await visit.LogInAsync("peter");
                await visit.LogOutAsync();
            },
            Calls = ["out Ext", "in App", "out App", "out Ext", "out 2FA"],
            Messages = ["identify peter acct_identity.application by row", "Signed In peter acct_identity.application", "Signed Out peter acct_identity.application"],
            Reasons = ["out intermediate-scheme", "out intermediate-scheme", "out intermediate-scheme"],
        },
        new("a stamp that is rejected by cookie events by EventsType")
        {
            Given = ValidationFlows.IsRevokedAsync,
            Steps = async visit => Assert.Equal("nobody", await visit.NameAsync()),
            Calls = ["out App", "out Ext", "out 2FA", "out Rem"],
            Messages = [],
            Reasons = ["out intermediate-scheme", "out intermediate-scheme", "out intermediate-scheme", "out revoked"],
        },
        new("cookie events by delegates")
        {
            Steps = visit => InAndOutAsync(visit, CustomisedShape.Delegates),
            Calls = ["in Delegates", "out Delegates"],
            Messages = ["identify peter acct_delegates", "Signed In peter acct_delegates", "Signed Out peter acct_delegates"],
            Reasons = [],
        },
        new("cookie events by a subclass")
        {
            Steps = visit => InAndOutAsync(visit, CustomisedShape.Subclass),
            Calls = ["in Subclass", "out Subclass"],
            Messages = ["identify peter acct_subclass", "Signed In peter acct_subclass", "Signed Out peter acct_subclass"],
            Reasons = [],
        },
        new("cookie events that replace the provider's principal by the application's user")
        {
            Steps = visit => InAndOutAsync(visit, CustomisedShape.Replacing, new(ClaimTypes.NameIdentifier, "subject"), new("local", visit.IdOf("peter"))),
            Calls = ["in Replacing", "out Replacing"],
            Messages = ["identify peter", "Signed In peter", "Signed Out peter"],
            Reasons = [],
        },
        new("cookie events that add the user's id")
        {
            Steps = visit => InAndOutAsync(visit, CustomisedShape.Naming, new Claim("local", visit.IdOf("peter"))),
            Calls = ["in Naming", "out Naming"],
            Messages = ["identify peter", "Signed In peter", "Signed Out peter"],
            Reasons = [],
        },
        new("a session issued anew by cookie events that replace the principal")
        {
            Given = visit => visit.ServeAsync(context => context.SignInAsync(
                CustomisedShape.Replacing, Provided(new(ClaimTypes.NameIdentifier, "subject"), new("local", visit.IdOf("peter"))))),
            Steps = visit => visit.ServeAsync(async context => await context.SignInAsync(
                CustomisedShape.Replacing,
                Provided(new("local", visit.IdOf("peter")), new("theme", "dark")),
                (await context.AuthenticateAsync(CustomisedShape.Replacing)).Properties)),
            Calls = ["in Replacing"],
            Messages = [],
            Reasons = ["in refresh"],
        },
        new("a sign-in that the cookie's own events refuse")
        {
            Steps = visit => visit.ServeAsync(context => Assert.ThrowsAsync<InvalidOperationException>(() =>
                context.SignInAsync(CustomisedShape.Refusing, visit.PrincipalOf("peter")))),
            Calls = ["in Refusing InvalidOperationException"],
            Messages = [],
            Reasons = ["in failed"],
        },
        new("a session at each of two tenants with cookies of their own")
        {
            Given = visit => visit.CreateUsersAsync("peter", "samir"),
            Steps = async visit =>
            {
                await visit.ServeAsync(async context => await context.SignIns().SignInAsync(await context.UserAsync(visit.IdOf("peter")), false), tenant: Acme);
                await visit.ServeAsync(async context => await context.SignIns().SignInAsync(await context.UserAsync(visit.IdOf("samir")), false), tenant: "globex");
                await visit.ServeAsync(context => context.SignOutAsync(IdentityConstants.ApplicationScheme), tenant: Acme);
            },
            Calls = ["in App", "in App", "out App"],
            Messages =
            [
                "identify peter acct_identity.application by row", "Signed In peter acct_identity.application",
                "identify samir acct_identity.application by row", "Signed In samir acct_identity.application",
                "Signed Out peter acct_identity.application",
            ],
            Reasons = [],
        },
        new("a sign-out at a tenant where nobody is signed in")
        {
            Given = async visit =>
            {
                await visit.CreateUsersAsync("peter");
                await visit.ServeAsync(async context => await context.SignIns().SignInAsync(await context.UserAsync(visit.IdOf("peter")), false), tenant: Acme);
            },
            Steps = visit => visit.ServeAsync(context => context.SignOutAsync(IdentityConstants.ApplicationScheme), tenant: "globex"),
            Calls = ["out App"],
            Messages = [],
            Reasons = ["out anonymous-sign-out"],
        },
    ];

    private static ClaimsPrincipal Provided(params Claim[] claims) => new(new ClaimsIdentity(claims, "provider"));

    private static async Task InAndOutAsync(Visit visit, string scheme, params Claim[] provided)
    {
        await visit.ServeAsync(context => context.SignInAsync(scheme, provided.Length > 0 ? Provided(provided) : visit.PrincipalOf("peter")));
        await visit.ServeAsync(context => context.SignOutAsync(scheme));
    }
}
