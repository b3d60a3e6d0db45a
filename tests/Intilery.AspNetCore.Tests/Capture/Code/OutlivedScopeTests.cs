using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Code;

/// <summary>What was started in a scope of the application's own and goes on after its end.</summary>
public sealed class OutlivedScopeTests
{
    [Fact]
    public async Task Work_that_outlives_it_is_nobodys()
    {
        await using var app = await IdentityApp.StartAsync();
        var lifecycle = app.Services.GetRequiredService<ILifecycleTracker>();
        var isOver = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        Task<string> outliving;
        await using (lifecycle.BeginScope("admin", "acct_1"))
        {
            outliving = Task.Run(
                async () =>
                {
                    await isOver.Task;
                    await Assert.ThrowsAsync<ArgumentException>(() => lifecycle.TrackAsync("Report Exported", cancellationToken: TestContext.Current.CancellationToken));
                    await lifecycle.TrackAsync(new CustomEvent("Report Exported") { UserId = "peter" });
                    return await app.CreateUserAsync();
                },
                TestContext.Current.CancellationToken);
        }

        Assert.Empty(await app.EventsAsync());
        isOver.SetResult();
        await outliving;

        await app.Services.GetRequiredService<OutboxWriter>().WrittenAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["Report Exported peter"], (await app.RecordedAsync()).Select(call => call.ToString()));
        Assert.Contains(app.Log.Ours, line => line.Message == "Signed Up was not tracked: outside-scope.");
    }

    [Fact]
    public async Task Within_another_one_work_that_outlives_it_is_the_other_ones()
    {
        await using var app = await IdentityApp.StartAsync();
        var lifecycle = app.Services.GetRequiredService<ILifecycleTracker>();
        var isOver = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        await using (lifecycle.BeginScope("outer"))
        {
            Task outliving;
            await using (lifecycle.BeginScope("inner"))
            {
                outliving = Task.Run(
                    async () =>
                    {
                        await isOver.Task;
                        await lifecycle.TrackAsync("Report Exported");
                    },
                    TestContext.Current.CancellationToken);
            }

            isOver.SetResult();
            await outliving;
        }

        Assert.Equal(["Report Exported outer"], (await app.RecordedAsync()).Select(call => call.ToString()));
    }

    [Fact]
    public async Task Within_a_request_work_that_outlives_it_is_the_requests_while_that_lasts()
    {
        var isOver = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup
        {
            Endpoints = app => app.MapPost("/", async (ILifecycleTracker lifecycle) =>
            {
                Task outliving;
                await using (lifecycle.BeginScope("system"))
                {
                    outliving = Task.Run(async () =>
                    {
                        await isOver.Task;
                        await lifecycle.TrackAsync("Report Exported");
                    });
                }

                isOver.SetResult();
                await outliving;
            }),
        });
        var peter = await app.CreateUserAsync();
        using var browser = await app.OpenSignedInAsync();

        using var response = await browser.PostAsync("/");

        Assert.Equal([$"Report Exported {peter}"], (await app.RecordedAsync()).Select(call => call.ToString()));
    }

    [Fact]
    public async Task Disposed_by_other_code_than_began_it_it_is_over_for_both()
    {
        await using var app = await IdentityApp.StartAsync();
        var lifecycle = app.Services.GetRequiredService<ILifecycleTracker>();
        var scope = lifecycle.BeginScope("peter");

        await Task.Run(() => scope.DisposeAsync().AsTask(), TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<ArgumentException>(() => lifecycle.TrackAsync("Report Exported", cancellationToken: TestContext.Current.CancellationToken));
    }
}
