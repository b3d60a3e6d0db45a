using Intilery.AspNetCore.Scopes;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Scopes;

/// <summary>The current request is known to the code that serves it, for as long as it is served, and no longer.</summary>
public sealed class RequestAccessorTests
{
    [Fact]
    public async Task What_outlives_the_request_that_started_it_is_in_no_request()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (within, after) = (new TaskCompletionSource<bool>(), new TaskCompletionSource<bool>());
        await using var app = await IdentityApp.StartAsync(new()
        {
            OnKestrel = true,
            Endpoints = routes => routes.MapGet("/start", async context =>
            {
                var accessor = context.RequestServices.GetRequiredService<RequestAccessor>();
                _ = Task.Run(async () =>
                {
                    within.SetResult(accessor.HttpContext == context);
                    await ended.Task;
                    after.SetResult(accessor.HttpContext is null);
                });
                await within.Task;
            }),
        });
        using var browser = app.OpenBrowser();

        (await browser.GetAsync("/start")).Dispose();
        await app.StopAsync();
        ended.SetResult();

        Assert.True(await within.Task);
        Assert.True(await after.Task);
        Assert.Null(app.Services.GetRequiredService<RequestAccessor>().HttpContext);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_the_application_does_once_its_response_has_completed_is_its_requests(bool onKestrel)
    {
        var done = new TaskCompletionSource();
        await using var app = await IdentityApp.StartAsync(new()
        {
            OnKestrel = onKestrel,
            Endpoints = routes => routes.MapGet("/late", (HttpContext context) => context.Response.OnCompleted(async () =>
            {
                var users = context.RequestServices.GetRequiredService<UserManager<IdentityUser>>();
                Assert.True((await users.CreateAsync(new IdentityUser("late"))).Succeeded);
                done.SetResult();
            })),
        });
        using var browser = app.OpenBrowser();

        (await browser.GetAsync("/late")).Dispose();
        await done.Task.WaitAsync(TestContext.Current.CancellationToken);
        await app.StopAsync();

        var calls = await app.RecordedAsync();
        Assert.Equal(["identify", "Signed Up"], calls.Select(call => call.Event));
        Assert.All(calls, call => Assert.Equal("/late", (string?)call.Call["context"]?["page"]?["path"]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    public async Task Requests_side_by_side_are_each_its_own(int rounds)
    {
        await using var app = await IdentityApp.StartAsync(new()
        {
            OnKestrel = true,
            Endpoints = routes => routes.MapGet("/which/{id}", async (HttpContext context, string id) =>
            {
                await Task.Yield();
                var accessor = context.RequestServices.GetRequiredService<RequestAccessor>();
                return accessor.HttpContext == context ? (string)accessor.HttpContext!.Request.RouteValues["id"]! : "none";
            }),
        });
        using var browser = app.OpenBrowser();

        for (var round = 0; round < rounds; round++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
            {
                using var answer = await browser.GetAsync($"/which/{i}");
                return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            }));
            Assert.Equal(["0", "1", "2", "3", "4", "5", "6", "7"], answers);
        }
    }
}
