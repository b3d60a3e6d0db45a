using System.Net;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Authentication;

public sealed class TwoFactorTests
{
    [Fact]
    public async Task The_password_step_is_nothing_and_the_code_step_is_the_sign_in()
    {
        await using var app = await IdentityApp.StartAsync();
        var (peter, key, _) = await CreateUserAsync(app);
        using var browser = app.OpenBrowser();

        var password = await app.LinesOfAsync(() => PasswordStepAsync(browser));
        var code = await app.LinesOfAsync(() => CodeStepAsync(browser, key));

        Assert.Empty(password);
        Assert.Equal([$"identify {peter}", $"Signed In {peter}"], code);
        Assert.Equal(["SignInSucceeded intermediate-scheme"], app.Reasons().Distinct().Where(reason => reason.StartsWith("SignIn", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_wrong_code_is_nothing()
    {
        await using var app = await IdentityApp.StartAsync();
        await CreateUserAsync(app);
        using var browser = app.OpenBrowser();
        await PasswordStepAsync(browser);

        using var response = await browser.SubmitAsync("/Identity/Account/LoginWith2fa", ("Input.TwoFactorCode", "000000x"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Empty(await app.LinesAsync());
    }

    [Fact]
    public async Task Wrong_codes_until_lockout_are_nothing()
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup { Identity = options =>
        {
            options.SignIn.RequireConfirmedAccount = false;
            options.Lockout.MaxFailedAccessAttempts = 1;
        } });
        var (_, key, _) = await CreateUserAsync(app);
        using var browser = app.OpenBrowser();
        await PasswordStepAsync(browser);
        var wrong = Totp.CodeFor(key) == "000000" ? "000001" : "000000";

        using var response = await browser.SubmitAsync("/Identity/Account/LoginWith2fa", ("Input.TwoFactorCode", wrong));

        Assert.Equal("/Identity/Account/Lockout", response.Headers.Location?.OriginalString);
        Assert.Empty(await app.LinesAsync());
    }

    [Fact]
    public async Task A_recovery_code_signs_in_once()
    {
        await using var app = await IdentityApp.StartAsync();
        var (peter, _, recoveryCode) = await CreateUserAsync(app);
        using var browser = app.OpenBrowser();
        await PasswordStepAsync(browser);

        using var response = await browser.SubmitAsync("/Identity/Account/LoginWithRecoveryCode", ("Input.RecoveryCode", recoveryCode));

        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.Equal([$"identify {peter}", $"Signed In {peter}"], await app.LinesAsync());
    }

    [Fact]
    public async Task A_remembered_browser_signs_in_once_and_by_the_password_alone()
    {
        await using var app = await IdentityApp.StartAsync();
        var (peter, key, _) = await CreateUserAsync(app);
        using var browser = app.OpenBrowser();

        await PasswordStepAsync(browser);
        await CodeStepAsync(browser, key, rememberMachine: true);
        await IdentityApp.SignOutAsync(browser);
        await IdentityApp.SignInAsync(browser);

        Assert.Equal([$"identify {peter}", $"Signed In {peter}", $"Signed Out {peter}", $"Signed In {peter}"], await app.LinesAsync());
    }

    [Fact]
    public async Task To_forget_a_remembered_browser_is_nothing()
    {
        await using var app = await IdentityApp.StartAsync();
        var (_, key, _) = await CreateUserAsync(app);
        using var browser = app.OpenBrowser(out var jar);
        await PasswordStepAsync(browser);
        await CodeStepAsync(browser, key, rememberMachine: true);
        Assert.NotNull(jar.Cookies.GetAllCookies()["Identity.TwoFactorRememberMe"]);

        var lines = await app.LinesOfAsync(async () =>
        {
            using var response = await browser.PostBackAsync("/Identity/Account/Manage/TwoFactorAuthentication");
            Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        });

        Assert.Null(jar.Cookies.GetAllCookies()["Identity.TwoFactorRememberMe"]);
        Assert.Empty(lines);
    }

    private static async Task<(string Id, string Key, string RecoveryCode)> CreateUserAsync(IdentityApp app)
    {
        var id = await app.CreateUserAsync();
        return await app.WithScopeAsync(async services =>
        {
            var users = services.GetRequiredService<UserManager<IdentityUser>>();
            var user = (await users.FindByIdAsync(id))!;
            await users.ResetAuthenticatorKeyAsync(user);
            await users.SetTwoFactorEnabledAsync(user, enabled: true);
            var codes = await users.GenerateNewTwoFactorRecoveryCodesAsync(user, 1);
            return (id, (await users.GetAuthenticatorKeyAsync(user))!, codes!.Single());
        });
    }

    private static async Task PasswordStepAsync(Browser browser)
    {
        using var response = await browser.SubmitAsync("/Identity/Account/Login", ("Input.Email", "peter@example.com"), ("Input.Password", "Pa55word!"));
        Assert.StartsWith("/Identity/Account/LoginWith2fa", response.Headers.Location?.OriginalString, StringComparison.Ordinal);
    }

    private static async Task CodeStepAsync(Browser browser, string key, bool rememberMachine = false)
    {
        using var response = await browser.SubmitAsync(
            "/Identity/Account/LoginWith2fa",
            ("Input.TwoFactorCode", Totp.CodeFor(key)),
            ("Input.RememberMachine", rememberMachine ? "true" : "false"));
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
    }
}
