using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Tests.Deliver;

public sealed class NetworkTroubleTests
{
    [Fact]
    public async Task An_answer_that_never_comes_is_given_up_and_tried_again()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        var begun = new TaskCompletionSource();
        api.AnswerNext(async context =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        });
        await app.RecordAsync(1);
        await begun.Task;

        await app.Clock.PassAsync(TimeSpan.FromSeconds(10));
        await app.PassFirstBackoffAsync();

        await api.AcceptedAsync(1);
        Assert.Contains(app.App.Log.Ours, line => line.Id == 401 && line.Message.Contains("no answer within 00:00:10", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_answer_that_never_ends_is_given_up_and_tried_again()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        var begun = new TaskCompletionSource();
        api.AnswerNext(async context =>
        {
            await context.Response.WriteAsync("""{"success":""");
            await context.Response.Body.FlushAsync();
            begun.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        });
        await app.RecordAsync(1);
        await begun.Task;

        await app.Clock.PassAsync(TimeSpan.FromSeconds(10));
        await app.PassFirstBackoffAsync();

        await api.AcceptedAsync(1);
    }

    [Fact]
    public async Task A_connection_that_breaks_is_tried_again()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        api.AnswerNext(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        await app.RecordAsync(1);

        await app.PassFirstBackoffAsync();

        await api.AcceptedAsync(1);
        Assert.Single(app.App.Log.Ours, line => line.Id == 401);
    }

    [Fact]
    public async Task An_answer_without_end_is_read_to_its_limit_only()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api);
        api.AnswerNext(async context =>
        {
            var chunk = new byte[64 * 1024];
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
            }
        });
        await app.RecordAsync(1);

        // It is no JSON: a wrong set-up. Read on, it would never come to that.
        await app.Clock.PassAsync(TimeSpan.FromMinutes(1));

        await api.AcceptedAsync(1);
    }
}
