using System.Diagnostics;
using System.Text;
using Intilery.AspNetCore.Dashboard;
using Intilery.AspNetCore.Delivery;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Scopes;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>
/// What an event costs more, from its capture to its answer, while somebody looks at the page: what its callers do for the page, and the processor
/// time of the whole process, what is written to the viewer included. Rounds with and without a viewer take turns, and the median of their
/// differences counts.
/// </summary>
internal static class PageCosts
{
    private const int Rounds = 15;
    private const int Events = 20_000;

    public static async Task RunAsync()
    {
        await using var app = await RequestPipeline.StartAsync(RequestPipeline.Bare, PackagePlace.Mapped);
        var (alone, more, callers) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = -2; round < Rounds; round++)
        {
            var nobody = await MeasureAsync(app.Services);
            double somebody;
            using (var left = new CancellationTokenSource())
            {
                var context = new DefaultHttpContext { RequestServices = app.Services };
                context.Response.Body = Stream.Null;
                var viewer = Task.Run(() => app.Services.GetRequiredService<LiveStream>().WriteAsync(context, DashboardAccess.Mapped, left.Token));
                while (app.Services.GetRequiredService<LiveFeed>().Viewers == 0)
                {
                    await Task.Yield();
                }

                somebody = await MeasureAsync(app.Services);
                var caller = MeasureCaller(app.Services);
                if (round >= 0)
                {
                    callers.Add(caller);
                }

                await left.CancelAsync();
                await viewer;
            }

            // The first rounds are the compiler's.
            if (round >= 0)
            {
                alone.Add(nobody);
                more.Add(somebody - nobody);
            }
        }

        Console.WriteLine($"An event takes {Median(alone)} us of the processors, and {Median(more)} us more while somebody looks. {Median(callers)} us of that are its callers'.");

        static string Median(List<double> of)
        {
            of.Sort();
            return FormattableString.Invariant($"{of[Rounds / 2]:0.0} ({of[Rounds / 4]:0.0} to {of[Rounds * 3 / 4]:0.0})");
        }
    }

    // What is called of the page for one event, on one thread, as the threads of requests, of the outbox and of delivery call it.
    private static double MeasureCaller(IServiceProvider services)
    {
        var activity = services.GetRequiredService<LifecycleDiagnostics>().Activity;
        var fact = new UserDeleted { Key = "key", UserId = "peter", At = DateTimeOffset.UnixEpoch };
        var payload = Encoding.UTF8.GetBytes(
            """{"userId":"peter","type":"track","event":"Report Exported","properties":{"format":"pdf"},"context":{"groupId":"acme"},"messageId":"m"}""");
        ComposedActivity[] composed = [new("m", "Report Exported", "peter", "acme")];
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < Events; i++)
        {
            activity.Captured("scope", "Report Exported", "key", "peter", fact.At, fact);
            activity.Composed("scope", composed);
            activity.Recorded(payload);
            activity.Answered(payload, fact.At, DeliveryStep.Delivered, "200");
        }

        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / Events;
    }

    private static async Task<double> MeasureAsync(IServiceProvider services)
    {
        var (tracker, said) = (services.GetRequiredService<ILifecycleTracker>(), services.GetRequiredService<DeliveryDiagnostics>());
        var answer = new DeliveryAnswer(System.Net.HttpStatusCode.OK, AnswerBody.Json, null, null);
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        for (var i = 0; i < Events; i++)
        {
            await tracker.TrackAsync(new CustomEvent("Report Exported") { UserId = "peter", GroupId = "acme", Properties = new Dictionary<string, object?> { ["format"] = "pdf" } }, CancellationToken.None);

            // Nothing is delivered here: the answer is one to a call of the same size.
            var row = new OutboxRow(i, "Report Exported", "peter", OutboxRow.AtOnce, Encoding.UTF8.GetBytes(
                $$"""{"userId":"peter","type":"track","event":"Report Exported","properties":{"format":"pdf"},"context":{"groupId":"acme"},"messageId":"m{{i}}"}"""));
            said.Answered(new Batch([row]), DateTimeOffset.UnixEpoch, DeliveryDecision.Acknowledge, answer);
        }

        return (Process.GetCurrentProcess().TotalProcessorTime - before).TotalMicroseconds / Events;
    }
}
