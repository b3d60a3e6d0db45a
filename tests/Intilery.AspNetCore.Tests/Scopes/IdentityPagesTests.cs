using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Scopes;

public sealed class IdentityPagesTests
{
    [Fact]
    public async Task A_walk_over_every_page_records_what_happened_and_none_of_the_secrets_on_the_way()
    {
        var (mailbox, provider, secrets, store) = (new SentLinks(), new FakeOAuth(), new SecretTrail(), new WatchedStore());
        secrets.Add("OAuth token", FakeOAuth.AccessToken);
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup
        {
            Identity = options => options.SignIn.RequireConfirmedAccount = true,
            Services = services =>
            {
                mailbox.Register(services);
                provider.Register(services);
                services.AddSingleton<IOutboxStore>(store);
            },
            BeforeTheLine = secrets.Watch,
        });
        var walk = new IdentityPagesWalk(mailbox, secrets);

        using var peters = app.OpenBrowser();
        await walk.RegisterAsync(peters);
        await walk.ResetPasswordAsync(peters);
        await walk.SignInAsync(peters);
        await walk.ManageAsync(peters);
        var (key, codes) = await walk.EnableTwoFactorAsync(peters);
        await walk.LinkProviderAsync(peters);
        await IdentityApp.SignOutAsync(peters);
        await walk.SignInByCodeAsync(peters, key);
        await IdentityApp.SignOutAsync(peters);
        await walk.SignInByRecoveryCodeAsync(peters, codes[0]);
        var peter = await IdOfAsync(app, "gibbons@example.com");
        await IdentityPagesWalk.DeleteAsync(peters);

        using var miltons = app.OpenBrowser();
        await walk.RegisterByProviderAsync(miltons);
        var milton = await IdOfAsync(app, "milton@example.com");

        Assert.Equal(
            [
                $"Signed Up {peter}", $"Signed In {peter}",
                $"Signed Out {peter}", $"Signed In {peter}",
                $"Signed Out {peter}", $"Signed In {peter}",
                $"Signed Out {peter}",
                $"Signed Up {milton}", $"Signed In {milton}",
            ],
            (await app.LinesAsync()).Where(line => !line.StartsWith("identify", StringComparison.Ordinal)));
        AssertComplete(secrets, mailbox);
        Assert.All(store.Written, written => Assert.All(secrets.Found, secret =>
            Assert.False(written.Contains(secret.Key, StringComparison.OrdinalIgnoreCase), $"the {secret.Value} is in {written}")));
        Assert.Contains(store.Written, written => written.Contains("\"$type\":\"user-created\"", StringComparison.Ordinal));
    }

    // The walk is worth nothing if it met nothing.
    private static void AssertComplete(SecretTrail secrets, SentLinks mailbox)
    {
        Assert.All(
            ["code", "state", "__RequestVerificationToken", "Input.Password", "OAuth code", "OAuth token", "key", "recovery code"],
            name => Assert.Contains(name, secrets.Found.Values));
        Assert.Equal(6, mailbox.All.Count);
        Assert.All(
            ["ConfirmEmail", "ConfirmEmailChange", "ResetPassword", "RegisterConfirmation", "LoginWith2fa", "LoginWithRecoveryCode", "ExternalLogin"],
            page => Assert.Contains($"GET /Identity/Account/{page}", secrets.Pages));
    }

    private static Task<string> IdOfAsync(IdentityApp app, string email) => app.WithScopeAsync(async services =>
        (await services.GetRequiredService<UserManager<IdentityUser>>().FindByEmailAsync(email))!.Id);
}
