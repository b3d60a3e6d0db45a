using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>An endpoint that does what the test says, within a request.</summary>
public static class Work
{
    private const string Path = "/work";

    public static Task<IdentityApp> StartAsync(Func<HttpContext, Task> work, IdentityAppSetup? setup = null)
    {
        setup ??= new IdentityAppSetup();
        return IdentityApp.StartAsync(setup with
        {
            Endpoints = routes =>
            {
                setup.Endpoints?.Invoke(routes);
                routes.MapPost(Path, context => work(context));
            },
        });
    }

    /// <summary>Lets the work be done once, by an anonymous browser.</summary>
    public static async Task DoAsync(IdentityApp app)
    {
        using var browser = app.OpenBrowser();
        await DoAsync(browser);
    }

    public static async Task DoAsync(TestBrowser browser)
    {
        using var response = await browser.PostAsync(Path);
        Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
    }

    public static AppDb Db(this HttpContext context) => context.RequestServices.GetRequiredService<AppDb>();

    public static UserManager<IdentityUser> Users(this HttpContext context) => context.RequestServices.GetRequiredService<UserManager<IdentityUser>>();

    /// <summary>A user as somebody adds it to a context by hand.</summary>
    public static IdentityUser NewUser(string name) => new() { Id = name, UserName = name, NormalizedUserName = name.ToUpperInvariant() };
}
