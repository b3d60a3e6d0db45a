using System.Security.Claims;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Identity;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>In by a password, or by registering. Identity's login page signs out of External before anything else.</summary>
internal static class PasswordFlows
{
    public static IEnumerable<Flow> Rows =>
    [
        new("a password login")
        {
            Given = visit => visit.CreateUsersAsync("peter"),
            Steps = visit => visit.LogInAsync("peter"),
            Calls = ["out Ext", "in App"],
            Messages = ["identify peter by row", "Signed In peter"],
            Reasons = ["out intermediate-scheme"],
        },
        new("a password login of somebody with a tenant")
        {
            Given = async visit =>
            {
                await visit.CreateUsersAsync("peter");
                await visit.ChangeAsync("peter", (users, peter) => users.AddClaimAsync(peter, new Claim("tenant_id", "acct_1")));
            },
            Steps = visit => visit.LogInAsync("peter"),
            Calls = ["out Ext", "in App"],
            Messages = ["identify peter acct_1 by row", "Signed In peter acct_1"],
            Reasons = ["out intermediate-scheme"],
        },
        new("a wrong password")
        {
            Given = visit => visit.CreateUsersAsync("peter"),
            Steps = async visit => Assert.Null(await visit.SubmitLoginAsync("peter", "wrong")),
            Calls = ["out Ext"],
            Messages = [],
            Reasons = ["out intermediate-scheme"],
        },
        new("a login of somebody unknown")
        {
            Steps = async visit => Assert.Null(await visit.SubmitLoginAsync("nobody")),
            Calls = ["out Ext"],
            Messages = [],
            Reasons = ["out intermediate-scheme"],
        },
        new("a login of somebody locked out")
        {
            Given = visit => visit.CreateUserAsync("peter", peter => peter.LockoutEnd = DateTimeOffset.MaxValue),
            Steps = async visit => Assert.Equal("/Identity/Account/Lockout", await visit.SubmitLoginAsync("peter")),
            Calls = ["out Ext"],
            Messages = [],
            Reasons = ["out intermediate-scheme"],
        },
        new("a login again with a live session")
        {
            Given = visit => visit.IsSignedInAsync("peter"),
            Steps = visit => visit.LogInAsync("peter"),
            Calls = ["out Ext", "in App"],
            Messages = ["Signed In peter"],
            Reasons = ["out intermediate-scheme", "identify unchanged"],
        },
        new("a switch of user")
        {
            Given = async visit =>
            {
                await visit.CreateUsersAsync("samir");
                await visit.IsSignedInAsync("peter");
            },
            Steps = visit => visit.LogInAsync("samir"),
            Calls = ["out Ext", "in App"],
            Messages = ["identify samir by row", "Signed In samir"],
            Reasons = ["out intermediate-scheme"],
        },
        new("a registration that signs in")
        {
            Steps = async visit =>
            {
                using var response = await visit.Browser.SubmitAsync(
                    "/Identity/Account/Register",
                    ("Input.Email", visit.EmailOf("milton")), ("Input.Password", Visit.Password), ("Input.ConfirmPassword", Visit.Password));
                Assert.Equal("/", response.Headers.Location?.OriginalString);
            },
            Calls = ["in App"],
            Messages = ["identify milton", "Signed Up milton", "Signed In milton"],
            Reasons = [],
        },
        new("a registration that is refused")
        {
            Given = visit => visit.CreateUsersAsync("peter"),
            Steps = async visit =>
            {
                using var response = await visit.Browser.SubmitAsync(
                    "/Identity/Account/Register",
                    ("Input.Email", visit.EmailOf("peter")), ("Input.Password", Visit.Password), ("Input.ConfirmPassword", Visit.Password));
                Assert.Null(response.Headers.Location);
            },
            Calls = [],
            Messages = [],
            Reasons = [],
        },
        new("a user made and signed in by code")
        {
            Steps = visit => visit.ServeAsync(async context =>
            {
                var milton = new IdentityUser { Id = visit.IdOf("milton"), UserName = visit.EmailOf("milton"), Email = visit.EmailOf("milton") };
                await context.Users().CreateAsync(milton);
                await context.SignIns().SignInAsync(milton, isPersistent: false);
            }),
            Calls = ["in App"],
            Messages = ["identify milton", "Signed Up milton", "Signed In milton"],
            Reasons = [],
        },
        new("a sign-in by code without a session, as by a link in a mail")
        {
            Given = visit => visit.CreateUsersAsync("peter"),
            Steps = visit => visit.ServeAsync(async context =>
                await context.SignIns().SignInAsync(await context.UserAsync(visit.IdOf("peter")), isPersistent: true)),
            Calls = ["in App"],
            Messages = ["identify peter by row", "Signed In peter"],
            Reasons = [],
        },
    ];
}
