using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>A live session that is issued anew.</summary>
internal static class LiveSessionFlows
{
    private const string App = "Identity.Application";

    public static IEnumerable<Flow> Rows =>
    [
        new("RefreshSignInAsync")
        {
            Given = visit => visit.IsSignedInAsync("peter"),
            Steps = visit => visit.ServeAsync(async context => await context.SignIns().RefreshSignInAsync(await context.UserAsync(visit.IdOf("peter")))),
            Calls = ["in App"],
            Messages = [],
            Reasons = ["in refresh"],
        },
        new("a change of password on Identity's page")
        {
            Given = visit => visit.IsSignedInAsync("peter"),
            Steps = async visit =>
            {
                using var response = await visit.Browser.SubmitAsync(
                    "/Identity/Account/Manage/ChangePassword",
                    ("Input.OldPassword", Visit.Password), ("Input.NewPassword", "An0ther!"), ("Input.ConfirmPassword", "An0ther!"));
                Assert.NotNull(response.Headers.Location);
            },
            Calls = ["in App"],
            Messages = [],
            Reasons = ["in refresh"],
        },
        new("a re-issue by hand, with the ticket's properties")
        {
            Given = visit => visit.IsSignedInAsync("peter"),
            Steps = visit => visit.ServeAsync(async context =>
            {
                var ticket = (await context.AuthenticateAsync(App)).Ticket!;
                await context.SignInAsync(App, ticket.Principal, ticket.Properties);
            }),
            Calls = ["in App"],
            Messages = [],
            Reasons = ["in refresh"],
        },
        new("the same user without amr")
        {
            Given = visit => visit.IsSignedInAsync("peter"),
            Steps = visit => visit.ServeAsync(async context =>
                await context.SignIns().SignInAsync(await context.UserAsync(visit.IdOf("peter")), isPersistent: false)),
            Calls = ["in App"],
            Messages = [],
            Reasons = ["in refresh"],
        },
        new("the same user with a fresh amr: a login again")
        {
            Given = visit => visit.IsSignedInAsync("peter"),
            Steps = visit => visit.ServeAsync(async context => await context.SignIns().SignInWithClaimsAsync(
                await context.UserAsync(visit.IdOf("peter")), isPersistent: false, [new Claim("amr", "pwd")])),
            Calls = ["in App"],
            Messages = ["Signed In peter"],
            Reasons = ["identify unchanged"],
        },
        new("a switch of tenant through the stored claim and RefreshSignInAsync")
        {
            Given = async visit =>
            {
                await visit.IsSignedInAsync("peter");
                await visit.ChangeAsync("peter", (users, peter) => users.AddClaimAsync(peter, new Claim("tenant_id", "acct_2")));
            },
            Steps = visit => visit.ServeAsync(async context => await context.SignIns().RefreshSignInAsync(await context.UserAsync(visit.IdOf("peter")))),
            Calls = ["in App"],
            Messages = [],
            Reasons = ["in refresh"],
        },
        new("a claim added to the session's principal itself")
        {
            Given = visit => visit.IsSignedInAsync("peter"),
            Steps = visit => visit.ServeAsync(context =>
            {
                ((ClaimsIdentity)context.User.Identity!).AddClaim(new Claim("theme", "dark"));
                return context.SignInAsync(App, context.User);
            }),
            Calls = ["in App"],
            Messages = [],
            Reasons = ["in refresh"],
        },
        new("a choice of tenant by a copy of the session's principal with the tenant's claim")
        {
            Given = visit => visit.IsSignedInAsync("peter"),
            Steps = visit => visit.ServeAsync(context => context.SignInAsync(
                App, new ClaimsPrincipal(new ClaimsIdentity([.. context.User.Claims, new Claim("tenant_id", "acct_1")], "tenant")))),
            Calls = ["in App"],
            Messages = [],
            Reasons = ["in refresh"],
        },
        new("a switch of tenant by a copy of the session's principal with another tenant's claim")
        {
            Given = async visit =>
            {
                await visit.CreateUsersAsync("peter");
                await visit.ChangeAsync("peter", (users, peter) => users.AddClaimAsync(peter, new Claim("tenant_id", "acct_1")));
                await visit.LogInAsync("peter");
            },
            Steps = visit => visit.ServeAsync(context =>
            {
                var identity = ((ClaimsIdentity)context.User.Identity!).Clone();
                identity.RemoveClaim(identity.FindFirst("tenant_id"));
                identity.AddClaim(new Claim("tenant_id", "acct_2"));
                return context.SignInAsync(App, new ClaimsPrincipal(identity));
            }),
            Calls = ["in App"],
            Messages = [],
            Reasons = ["in refresh"],
        },
        new("a copy of the session's identity with one claim changed, after a login by password")
        {
            Given = visit => visit.IsSignedInAsync("peter"),
            Steps = visit => visit.ServeAsync(context =>
            {
                var identity = new ClaimsIdentity(context.User.Identity);
                identity.RemoveClaim(identity.FindFirst(ClaimTypes.Name));
                identity.AddClaim(new Claim(ClaimTypes.Name, "Peter"));
                return context.SignInAsync(App, new ClaimsPrincipal(identity));
            }),
            Calls = ["in App"],
            Messages = [],
            Reasons = ["in refresh"],
        },
        new("a principal made anew of the session's id and method")
        {
            Given = visit => visit.IsSignedInAsync("peter"),
            Steps = visit => visit.ServeAsync(context => context.SignInAsync(App, new ClaimsPrincipal(new ClaimsIdentity(
                [
                    new Claim(ClaimTypes.NameIdentifier, context.User.FindFirstValue(ClaimTypes.NameIdentifier)!),
                    new Claim("amr", "pwd"),
                    new Claim("theme", "dark"),
                ],
                "session")))),
            Calls = ["in App"],
            Messages = [],
            Reasons = ["in refresh"],
        },
        new("a switch of tenant in which the role changes too, by a copy of the session's principal")
        {
            Given = async visit =>
            {
                await visit.CreateUsersAsync("peter");
                await visit.ChangeAsync("peter", (users, peter) => users.AddClaimsAsync(peter, [new Claim("tenant_id", "acct_1"), new Claim(ClaimTypes.Role, "admin")]));
                await visit.LogInAsync("peter");
            },
            Steps = visit => visit.ServeAsync(context =>
            {
                var identity = ((ClaimsIdentity)context.User.Identity!).Clone();
                identity.RemoveClaim(identity.FindFirst("tenant_id"));
                identity.RemoveClaim(identity.FindFirst(ClaimTypes.Role));
                identity.AddClaims([new Claim("tenant_id", "acct_2"), new Claim(ClaimTypes.Role, "viewer")]);
                return context.SignInAsync(App, new ClaimsPrincipal(identity));
            }),
            Calls = ["in App"],
            Messages = [],
            Reasons = ["in refresh"],
        },
        new("a switch of tenant in which the role changes too, by Identity's manager")
        {
            Given = async visit =>
            {
                await visit.CreateUsersAsync("peter");
                await visit.ServeAsync(async context => await context.SignIns().SignInWithClaimsAsync(
                    await context.UserAsync(visit.IdOf("peter")), false, [new("amr", "pwd"), new("tenant_id", "acct_1"), new(ClaimTypes.Role, "admin")]));
            },
            Steps = visit => visit.ServeAsync(async context => await context.SignIns().SignInWithClaimsAsync(
                await context.UserAsync(visit.IdOf("peter")), false, [new("amr", "pwd"), new("tenant_id", "acct_2"), new(ClaimTypes.Role, "viewer")])),
            Calls = ["in App"],
            Messages = [],
            Reasons = ["in refresh"],
        },
        new("a login by password and the choice of the tenant in one request")
        {
            Given = visit => visit.CreateUsersAsync("peter"),
            Steps = visit => visit.ServeAsync(async context =>
            {
                await context.SignIns().PasswordSignInAsync(visit.EmailOf("peter"), Visit.Password, isPersistent: false, lockoutOnFailure: false);
                await context.SignIns().SignInWithClaimsAsync(await context.UserAsync(visit.IdOf("peter")), isPersistent: false, [new Claim("tenant_id", "acct_1")]);
            }),
            Calls = ["in App", "in App"],
            Messages = ["identify peter acct_1 by row", "Signed In peter acct_1"],
            Reasons = ["in refresh"],
        },
        new("a login again into another tenant by another method")
        {
            Given = visit => visit.IsSignedInAsync("peter"),
            Steps = visit => visit.ServeAsync(async context => await context.SignIns().SignInWithClaimsAsync(
                await context.UserAsync(visit.IdOf("peter")), isPersistent: false, [new Claim("amr", "mfa"), new Claim("tenant_id", "acct_2")])),
            Calls = ["in App"],
            Messages = ["identify peter acct_2 by row", "Signed In peter acct_2"],
            Reasons = [],
        },
        new("out and in again in one request")
        {
            Given = visit => visit.IsSignedInAsync("peter"),
            Steps = visit => visit.ServeAsync(async context =>
            {
                await context.SignIns().SignOutAsync();
                await context.SignIns().SignInAsync(await context.UserAsync(visit.IdOf("peter")), isPersistent: false);
            }),
            Calls = ["out App", "out Ext", "out 2FA", "in App"],
            Messages = [],
            Reasons = ["out intermediate-scheme", "out intermediate-scheme", "out coalesced", "in coalesced"],
        },
        new("out and in as somebody else in one request")
        {
            Given = async visit =>
            {
                await visit.CreateUsersAsync("samir");
                await visit.IsSignedInAsync("peter");
            },
            Steps = visit => visit.ServeAsync(async context =>
            {
                await context.SignIns().SignOutAsync();
                await context.SignIns().SignInAsync(await context.UserAsync(visit.IdOf("samir")), isPersistent: false);
            }),
            Calls = ["out App", "out Ext", "out 2FA", "in App"],
            Messages = ["Signed Out peter", "identify samir by row", "Signed In samir"],
            Reasons = ["out intermediate-scheme", "out intermediate-scheme"],
        },
        new("in and out again by somebody anonymous in one request")
        {
            Given = visit => visit.CreateUsersAsync("peter"),
            Steps = visit => visit.ServeAsync(async context =>
            {
                await context.SignIns().SignInAsync(await context.UserAsync(visit.IdOf("peter")), isPersistent: false);
                await context.SignIns().SignOutAsync();
            }),
            Calls = ["in App", "out App", "out Ext", "out 2FA"],
            Messages = [],
            Reasons = ["out intermediate-scheme", "out intermediate-scheme", "in coalesced", "out coalesced"],
        },
        new("a session in somebody else's name")
        {
            Given = visit => visit.IsSignedInAsync("peter"),
            Steps = async visit =>
            {
                await visit.ServeAsync(context => context.SignInAsync(App, visit.PrincipalOf("samir", new Claim("act", """{"sub":"peter"}"""))));
                await visit.ServeAsync(context => context.SignOutAsync(App));
            },
            Calls = ["in App", "out App"],
            Messages = [],
            Reasons = ["in impersonated", "out impersonated"],
        },
        new("a session in somebody else's name, by a claim of the actor's id")
        {
            Given = visit => visit.IsSignedInAsync("peter"),
            Steps = visit => visit.ServeAsync(context => context.SignInAsync(App, visit.PrincipalOf("samir", new Claim("act_sub", visit.IdOf("peter"))))),
            Calls = ["in App"],
            Messages = [],
            Reasons = ["in impersonated"],
        },
        new("the end of a session in somebody else's name, by a sign-in")
        {
            Given = ActsAsSamirAsync,
            Steps = visit => visit.ServeAsync(async context => await context.SignIns().SignInAsync(await context.UserAsync(visit.IdOf("peter")), isPersistent: false)),
            Calls = ["in App"],
            Messages = [],
            Reasons = ["in impersonated"],
        },
        new("the end of a session in somebody else's name, by a sign-out and a sign-in")
        {
            Given = ActsAsSamirAsync,
            Steps = visit => visit.ServeAsync(async context =>
            {
                await context.SignOutAsync(App);
                await context.SignIns().SignInAsync(await context.UserAsync(visit.IdOf("peter")), isPersistent: false);
            }),
            Calls = ["out App", "in App"],
            Messages = [],
            Reasons = ["out impersonated", "in impersonated"],
        },
        new("a login of a third person over a session in somebody else's name")
        {
            Given = async visit =>
            {
                await ActsAsSamirAsync(visit);
                await visit.CreateUsersAsync("milton");
            },
            Steps = visit => visit.LogInAsync("milton"),
            Calls = ["out Ext", "in App"],
            Messages = ["identify milton by row", "Signed In milton"],
            Reasons = ["out intermediate-scheme"],
        },
        new("a principal without a user's id")
        {
            Steps = visit => visit.ServeAsync(context =>
                context.SignInAsync(App, new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "somebody")], "test")))),
            Calls = ["in App"],
            Messages = [],
            Reasons = ["in no-user"],
        },
    ];

    private static async Task ActsAsSamirAsync(Visit visit)
    {
        await visit.IsSignedInAsync("peter");
        await visit.ServeAsync(context => context.SignInAsync(App, visit.PrincipalOf("samir", new Claim("act", $$"""{"sub":"{{visit.IdOf("peter")}}"}"""))));
    }
}
