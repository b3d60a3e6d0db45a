using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Scopes;

/// <summary>Whether consent is needed is the host's own code to say, and it may do anything.</summary>
public sealed class ConsentTests
{
    [Fact]
    public async Task An_answer_that_takes_its_time_holds_up_no_other_request()
    {
        using var release = new ManualResetEventSlim();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await StartAsync(name =>
        {
            if (name == "peter")
            {
                asked.SetResult();
                release.Wait(TestContext.Current.CancellationToken);
            }
        });
        using var slow = app.OpenBrowser();
        using var quick = app.OpenBrowser();

        var peter = Task.Run(() => slow.PostAsync("/users/peter"), TestContext.Current.CancellationToken);
        await asked.Task;
        using var mary = await quick.PostAsync("/users/mary");
        Assert.Equal(["identify mary", "Signed Up mary"], await app.LinesAsync());

        release.Set();
        using var answer = await peter;
        Assert.Equal(["identify mary", "Signed Up mary", "identify peter", "Signed Up peter"], await app.LinesAsync());
    }

    [Fact]
    public async Task An_answer_that_fails_is_no_consent_and_costs_no_event()
    {
        await using var app = await StartAsync(_ => throw new InvalidOperationException("no answer"));
        using var browser = app.OpenBrowser();
        browser.Client.DefaultRequestHeaders.Add("Cookie", "ajs_anonymous_id=browser-1");

        using var response = await browser.PostAsync("/users/peter");

        Assert.Equal(["identify peter", "Signed Up peter"], await app.LinesAsync());
        Assert.All(await app.RecordedAsync(), call => Assert.Null(call.AnonymousId));
        Assert.Single(app.Log.Ours, line => line.Id == 101 && line.Exception?.Message == "no answer");
    }

    // Identity's own cookies ask too: only what is asked while our facts are read is the test's.
    private static Task<IdentityApp> StartAsync(Action<string> asked) => IdentityApp.StartAsync(new IdentityAppSetup
    {
        Services = services => services.Configure<CookiePolicyOptions>(options => options.CheckConsentNeeded = context =>
        {
            asked((string)context.Request.RouteValues["name"]!);
            return false;
        }),
        BeforeTheLine = pipeline => pipeline.UseCookiePolicy(),
        Endpoints = routes => routes.MapPost("/users/{name}", async (string name, Microsoft.AspNetCore.Http.HttpContext context) =>
        {
            await context.Users().CreateAsync(Work.NewUser(name));
        }),
    });
}
