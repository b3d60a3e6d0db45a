using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>
/// Answers every call at once as the service would, and counts the events in it by a text that each of them has once.
/// </summary>
internal static class StandIn
{
    public static Task<ChildProcess> StartAsync(string mark) => ChildProcess.StartAsync("stand-in", mark);

    public static async Task ServeAsync(string mark)
    {
        var sought = Encoding.UTF8.GetBytes(mark);
        var (gate, count) = (new Lock(), 0L);
        await using var app = ChildProcess.CreateBuilder().Build();
        app.Run(async context =>
        {
            using var body = new MemoryStream();
            await (context.Request.Headers.ContentEncoding == "gzip" ? new GZipStream(context.Request.Body, CompressionMode.Decompress) : context.Request.Body).CopyToAsync(body);
            var events = body.GetBuffer().AsSpan(0, (int)body.Length).Count(sought);
            await AnswerAsync(context, events);
            lock (gate)
            {
                Console.WriteLine(count += events);
            }
        });
        await ChildProcess.RunAsync(app);
    }

    private static Task AnswerAsync(HttpContext context, int events)
    {
        context.Response.ContentType = "application/json";
        return context.Request.Path.Value switch
        {
            "/v2/track" => context.Response.WriteAsync($$"""{"itemsReceived":{{events}},"itemsAccepted":{{events}},"errors":[]}"""),
            "/v1/logs" => Task.CompletedTask,
            _ => context.Response.WriteAsync("""{"success":true}"""),
        };
    }
}
