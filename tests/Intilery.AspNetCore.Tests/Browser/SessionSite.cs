using System.Text.RegularExpressions;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Browser;

/// <summary>An application whose addresses sign in and out, and the lines by which its responses tell the browser.</summary>
internal static partial class SessionSite
{
    public static Task<IdentityApp> StartAsync(
        Action<WebApplication>? pipeline = null, Dictionary<string, string?>? settings = null, Action<IServiceCollection>? services = null) =>
        IdentityApp.StartAsync(new IdentityAppSetup
        {
            Settings = settings ?? [],
            Services = all =>
            {
                all.AddAuthentication().AddBearerToken(IdentityConstants.BearerScheme);
                services?.Invoke(all);
            },
            BeforeTheLine = pipeline,
            Endpoints = Map,
        });

    public static async Task SignInAsync(TestBrowser browser, string origin = "") => await LinesAsync(browser, origin + "/in?user=peter@example.com");

    public static async Task<string> LinesAsync(TestBrowser browser, string address)
    {
        using var response = await browser.GetAsync(address);
        return Marker().Replace(string.Join('\n', Lines(response)), "$1=*;");
    }

    // What the application sets itself is not ours to assert.
    public static List<string> Lines(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Set-Cookie", out var lines) ? [.. lines.Where(line => !line.StartsWith('.') && !line.StartsWith("Identity.", StringComparison.Ordinal))] : [];

    public static void Map(WebApplication app)
    {
        app.MapGet("/page", () => "page");
        app.MapGet("/sorry", () => "sorry");
        app.MapGet("/out", Out);
        app.MapGet("/in", In);
        app.MapGet("/out-and-throw", async (SignInManager<IdentityUser> signIns) =>
        {
            await signIns.SignOutAsync();
            throw new InvalidOperationException("after the sign-out");
        });
        app.MapGet("/out-and-in", async (string user, SignInManager<IdentityUser> signIns) =>
        {
            await Out(signIns);
            await In(user, signIns);
        });
        app.MapGet("/in-and-out", async (string user, SignInManager<IdentityUser> signIns) =>
        {
            await In(user, signIns);
            await Out(signIns);
        });
        app.MapGet("/token", async (string user, SignInManager<IdentityUser> signIns) =>
        {
            signIns.AuthenticationScheme = IdentityConstants.BearerScheme;
            await In(user, signIns);
        });
    }

    private static Task Out(SignInManager<IdentityUser> signIns) => signIns.SignOutAsync();

    private static async Task In(string user, SignInManager<IdentityUser> signIns) =>
        await signIns.SignInAsync((await signIns.UserManager.FindByEmailAsync(user))!, isPersistent: false);

    [GeneratedRegex("(intilery_reset|bye)=[0-9a-f]{32};")]
    private static partial Regex Marker();
}
