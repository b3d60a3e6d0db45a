using System.Diagnostics;
using System.Text;
using Intilery.AspNetCore.Dashboard;
using Intilery.AspNetCore.Delivery;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>
/// What an event costs more, from its capture to its answer, while somebody looks at the page: the processor time of the whole process, what is
/// written to the viewer included. Rounds with and without a viewer take turns, and the median of their differences counts.
/// </summary>
internal static class PageCosts
{
    private const int Rounds = 15;
    private const int Events = 20_000;

    public static async Task RunAsync()
    {
        await using var app = await RequestPipeline.StartAsync(RequestPipeline.Bare, PackagePlace.Mapped);
        var (without, more) = (new List<double>(), new List<double>());
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
                await left.CancelAsync();
                await viewer;
            }

            // The first rounds are the compiler's.
            if (round >= 0)
            {
                without.Add(nobody);
                more.Add(somebody - nobody);
            }
        }

        without.Sort();
        more.Sort();
        Console.WriteLine($"An event costs {without[Rounds / 2]:0.0} us, and {more[Rounds / 2]:0.0} us more while somebody looks ({more[Rounds / 4]:0.0} to {more[Rounds * 3 / 4]:0.0}).");
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
