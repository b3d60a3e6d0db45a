using System.Net;
using AngleSharp.Html.Parser;
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Scopes;

/// <summary>Goes through Identity's pages as a person does, using every one of them.</summary>
internal sealed class IdentityPagesWalk(SentLinks mailbox, SecretTrail secrets)
{
    private const string Account = "/Identity/Account/";
    private const string Manage = "/Identity/Account/Manage/";
    private const string Peter = "peter@example.com";
    private const string Password = "Pa55word!";
    private const string NewPassword = "An0ther-Pa55word!";

    public async Task RegisterAsync(TestBrowser browser)
    {
        await SeeAsync(browser, "Login", "Register", "ForgotPassword", "ResendEmailConfirmation", "AccessDenied", "Lockout", "Logout", "ExternalLogin");
        await PostAsync(browser, Account + "Register", ("Input.Email", Peter), ("Input.Password", Password), ("Input.ConfirmPassword", Password));
        await PostAsync(browser, Account + "ResendEmailConfirmation", ("Input.Email", Peter));
        await FollowAsync(browser);
    }

    public async Task ResetPasswordAsync(TestBrowser browser)
    {
        await PostAsync(browser, Account + "ForgotPassword", ("Input.Email", Peter));
        await FollowAsync(browser);
        await PostAsync(
            browser, mailbox.Last, ("Input.Email", Peter), ("Input.Password", NewPassword), ("Input.ConfirmPassword", NewPassword));
        await SeeAsync(browser, "ForgotPasswordConfirmation", "ResetPasswordConfirmation");
    }

    public Task SignInAsync(TestBrowser browser, string password = NewPassword) =>
        PostAsync(browser, Account + "Login", ("Input.Email", Peter), ("Input.Password", password));

    public async Task ManageAsync(TestBrowser browser)
    {
        await SeeAsync(
            browser,
            "Manage", "Manage/Email", "Manage/ChangePassword", "Manage/SetPassword", "Manage/ExternalLogins", "Manage/PersonalData",
            "Manage/DeletePersonalData", "Manage/TwoFactorAuthentication", "Manage/EnableAuthenticator", "Manage/ResetAuthenticator");
        await PostAsync(browser, Manage + "Index", ("Input.PhoneNumber", "410-555-9412"));
        await PostAsync(
            browser, Manage + "ChangePassword",
            ("Input.OldPassword", NewPassword), ("Input.NewPassword", Password), ("Input.ConfirmPassword", Password));
        using var data = await browser.PostBackAsync(Manage + "PersonalData", Manage + "DownloadPersonalData");
        Assert.Contains(Peter, await data.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await PostAsync(browser, Manage + "Email?handler=SendVerificationEmail", ("Input.NewEmail", Peter));
        await PostAsync(browser, Manage + "Email?handler=ChangeEmail", ("Input.NewEmail", "gibbons@example.com"));
        await FollowAsync(browser);
    }

    /// <summary>Sets an authenticator up. Returns its key and the recovery codes.</summary>
    public async Task<(string Key, IReadOnlyList<string> Codes)> EnableTwoFactorAsync(TestBrowser browser)
    {
        using var setUp = await browser.GetAsync(Manage + "EnableAuthenticator");
        using var page = await new HtmlParser().ParseDocumentAsync(await setUp.Content.ReadAsStringAsync());
        var key = page.QuerySelector("kbd")!.TextContent;
        secrets.Add("key", key);
        secrets.Add("key", key.Replace(" ", string.Empty, StringComparison.Ordinal));
        using var enabled = await browser.SubmitAsync(Manage + "EnableAuthenticator", ("Input.Code", Totp.CodeFor(key)));
        using var shown = await browser.GetAsync(enabled.Headers.Location!.OriginalString);
        using var codes = await new HtmlParser().ParseDocumentAsync(await shown.Content.ReadAsStringAsync());
        var list = codes.QuerySelectorAll("code.recovery-code").Select(code => code.TextContent).ToList();
        list.ForEach(code => secrets.Add("recovery code", code));
        await SeeAsync(browser, "Manage/TwoFactorAuthentication", "Manage/GenerateRecoveryCodes", "Manage/Disable2fa", "Manage/ShowRecoveryCodes");
        return (key, list);
    }

    public async Task SignInByCodeAsync(TestBrowser browser, string key)
    {
        await PostAsync(browser, Account + "Login", ("Input.Email", "gibbons@example.com"), ("Input.Password", Password));
        await PostAsync(browser, Account + "LoginWith2fa?rememberMe=false", ("Input.TwoFactorCode", Totp.CodeFor(key)));
    }

    public async Task SignInByRecoveryCodeAsync(TestBrowser browser, string code)
    {
        await PostAsync(browser, Account + "Login", ("Input.Email", "gibbons@example.com"), ("Input.Password", Password));
        await PostAsync(browser, Account + "LoginWithRecoveryCode", ("Input.RecoveryCode", code));
    }

    public async Task LinkProviderAsync(TestBrowser browser)
    {
        using var challenge = await browser.SubmitAsync(Manage + "ExternalLogins", ("provider", FakeOAuth.Scheme));
        await ComeBackAsync(browser, challenge);
        await SeeAsync(browser, "Manage/ExternalLogins");
    }

    public async Task RegisterByProviderAsync(TestBrowser browser)
    {
        using var challenge = await browser.SubmitAsync(Account + "Login", ("provider", FakeOAuth.Scheme));
        await PostAsync(browser, await ComeBackAsync(browser, challenge), ("Input.Email", "milton@example.com"));
        await FollowAsync(browser);
        using var again = await browser.SubmitAsync(Account + "Login", ("provider", FakeOAuth.Scheme));
        using var signedIn = await browser.GetAsync(await ComeBackAsync(browser, again));
        Assert.Equal(HttpStatusCode.Redirect, signedIn.StatusCode);
    }

    public static async Task DeleteAsync(TestBrowser browser)
    {
        using var deleted = await browser.SubmitAsync(Manage + "DeletePersonalData", ("Input.Password", Password));
        Assert.True(deleted.StatusCode == HttpStatusCode.Redirect, await deleted.Content.ReadAsStringAsync());
    }

    private static async Task SeeAsync(TestBrowser browser, params string[] pages)
    {
        foreach (var page in pages)
        {
            using var response = await browser.GetAsync(Account + page);
            Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Redirect, $"{page}: {response.StatusCode}");
        }
    }

    private static async Task PostAsync(TestBrowser browser, string path, params (string Name, string Value)[] fields)
    {
        using var response = await browser.SubmitAsync(path, fields);
        Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Redirect, $"{path}: {response.StatusCode}");
        if (response.Headers.Location is { } next)
        {
            using var page = await browser.GetAsync(next.OriginalString);
        }
    }

    private async Task FollowAsync(TestBrowser browser)
    {
        using var page = await browser.GetAsync(mailbox.Last);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    private async Task<string> ComeBackAsync(TestBrowser browser, HttpResponseMessage challenge)
    {
        var (next, code, state) = await FakeOAuth.ComeBackAsync(browser, challenge);
        secrets.Add("OAuth code", code);
        secrets.Add("state", state);
        if (next.Contains("handler=LinkLoginCallback", StringComparison.Ordinal))
        {
            using var linked = await browser.GetAsync(next);
        }

        return next;
    }
}
