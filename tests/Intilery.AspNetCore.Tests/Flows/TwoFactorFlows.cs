using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>In by two steps.</summary>
internal static class TwoFactorFlows
{
    public static IEnumerable<Flow> Rows =>
    [
        new("two factors, step one")
        {
            Given = HasTwoFactorsAsync,
            Steps = PasswordStepAsync,
            Calls = ["out Ext", "in 2FA"],
            Messages = [],
            Reasons = ["out intermediate-scheme", "in intermediate-scheme"],
        },
        new("two factors, step two")
        {
            Given = Both(HasTwoFactorsAsync, PasswordStepAsync),
            Steps = visit => CodeStepAsync(visit),
            Calls = ["out Ext", "out 2FA", "in App"],
            Messages = ["identify peter by row", "Signed In peter"],
            Reasons = ["out intermediate-scheme", "out intermediate-scheme"],
        },
        new("two factors, step two, and remember this browser")
        {
            Given = Both(HasTwoFactorsAsync, PasswordStepAsync),
            Steps = visit => CodeStepAsync(visit, remember: true),
            Calls = ["out Ext", "out 2FA", "in Rem", "in App"],
            Messages = ["identify peter by row", "Signed In peter"],
            Reasons = ["out intermediate-scheme", "out intermediate-scheme", "in intermediate-scheme"],
        },
        new("two factors, a wrong code")
        {
            Given = Both(HasTwoFactorsAsync, PasswordStepAsync),
            Steps = async visit =>
            {
                using var response = await visit.Browser.SubmitAsync("/Identity/Account/LoginWith2fa", ("Input.TwoFactorCode", "0000000"));
                Assert.Null(response.Headers.Location);
            },
            Calls = [],
            Messages = [],
            Reasons = [],
        },
        new("two factors, wrong codes until lockout")
        {
            Given = Both(
                HasTwoFactorsAsync,
                PasswordStepAsync,
                visit => visit.ChangeAsync("peter", async (users, peter) =>
                {
                    for (var wrong = 1; wrong < users.Options.Lockout.MaxFailedAccessAttempts; wrong++)
                    {
                        await users.AccessFailedAsync(peter);
                    }
                })),
            Steps = async visit =>
            {
                using var response = await visit.Browser.SubmitAsync("/Identity/Account/LoginWith2fa", ("Input.TwoFactorCode", "0000000"));
                Assert.Equal("/Identity/Account/Lockout", response.Headers.Location?.OriginalString);
            },
            Calls = [],
            Messages = [],
            Reasons = [],
        },
        new("a remembered browser: the password alone")
        {
            Given = Both(HasTwoFactorsAsync, PasswordStepAsync, visit => CodeStepAsync(visit, remember: true), visit => visit.LogOutAsync()),
            Steps = visit => visit.LogInAsync("peter"),
            Calls = ["out Ext", "in App"],
            Messages = ["Signed In peter"],
            Reasons = ["out intermediate-scheme", "identify unchanged"],
        },
        new("forget this browser")
        {
            Given = Both(HasTwoFactorsAsync, PasswordStepAsync, visit => CodeStepAsync(visit, remember: true)),
            Steps = async visit =>
            {
                Assert.NotNull(visit.Jar.Cookies.GetAllCookies()["Identity.TwoFactorRememberMe"]);
                using var response = await visit.Browser.PostBackAsync("/Identity/Account/Manage/TwoFactorAuthentication");
                Assert.Null(visit.Jar.Cookies.GetAllCookies()["Identity.TwoFactorRememberMe"]);
            },
            Calls = ["out Rem"],
            Messages = [],
            Reasons = ["out intermediate-scheme"],
        },
        new("a recovery code")
        {
            Given = Both(HasTwoFactorsAsync, PasswordStepAsync),
            Steps = async visit =>
            {
                using var response = await visit.Browser.SubmitAsync("/Identity/Account/LoginWithRecoveryCode", ("Input.RecoveryCode", RecoveryCodeOf(visit)));
                Assert.Equal("/", response.Headers.Location?.OriginalString);
            },
            Calls = ["out Ext", "out 2FA", "in App"],
            Messages = ["identify peter by row", "Signed In peter"],
            Reasons = ["out intermediate-scheme", "out intermediate-scheme"],
        },
    ];

    /// <summary>Makes Peter, who has an authenticator.</summary>
    public static async Task HasTwoFactorsAsync(Visit visit)
    {
        await visit.CreateUsersAsync("peter");
        await visit.ChangeAsync("peter", async (users, peter) =>
        {
            await users.ResetAuthenticatorKeyAsync(peter);
            await users.SetTwoFactorEnabledAsync(peter, enabled: true);
            var codes = await users.GenerateNewTwoFactorRecoveryCodesAsync(peter, 1);
            visit.Kept = $"{await users.GetAuthenticatorKeyAsync(peter)} {codes!.Single()}";
        });
    }

    /// <summary>Returns what Peter's authenticator shows.</summary>
    public static string CodeOf(Visit visit) => Totp.CodeFor(visit.Kept.Split(' ')[0]);

    private static string RecoveryCodeOf(Visit visit) => visit.Kept.Split(' ')[1];

    private static async Task PasswordStepAsync(Visit visit) =>
        Assert.StartsWith("/Identity/Account/LoginWith2fa", await visit.SubmitLoginAsync("peter"), StringComparison.Ordinal);

    private static async Task CodeStepAsync(Visit visit, bool remember = false)
    {
        using var response = await visit.Browser.SubmitAsync(
            "/Identity/Account/LoginWith2fa", ("Input.TwoFactorCode", CodeOf(visit)), ("Input.RememberMachine", remember ? "true" : "false"));
        Assert.Equal("/", response.Headers.Location?.OriginalString);
    }

    private static Func<Visit, Task> Both(params Func<Visit, Task>[] steps) => async visit =>
    {
        foreach (var step in steps)
        {
            await step(visit);
        }
    };
}
