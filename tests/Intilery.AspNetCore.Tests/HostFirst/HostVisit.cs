using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.HostFirst;

/// <summary>A visit of the host's own pages that makes events of many kinds: somebody registers, which signs in, and signs out.</summary>
internal static class HostVisit
{
    /// <summary>Asserts that the application answers what one without the line does, and that it answers.</summary>
    public static async Task AssertUnchangedAsync(IdentityApp app, bool onKestrel)
    {
        await using var without = await IdentityApp.StartAsync(new IdentityAppSetup { OnKestrel = onKestrel, WriteTheLine = false });

        Assert.Equal(await MakeAsync(without), await MakeAsync(app).WaitAsync(Patience.Limit));
    }

    private static async Task<IReadOnlyList<HostAnswer>> MakeAsync(IdentityApp app)
    {
        using var browser = app.OpenBrowser();
        var registered = await HostAnswer.OfAsync(await browser.SubmitAsync(
            "/Identity/Account/Register", ("Input.Email", "new@example.com"), ("Input.Password", "Pa55word!"), ("Input.ConfirmPassword", "Pa55word!")));
        var signedOut = await HostAnswer.OfAsync(await browser.SubmitAsync("/Identity/Account/Logout"));
        return [registered, signedOut];
    }
}
