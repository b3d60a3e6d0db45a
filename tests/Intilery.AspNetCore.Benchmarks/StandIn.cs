using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>A stand-in of the API in a process of its own, so that its work is not counted as ours: accepts, and counts calls.</summary>
internal static class StandIn
{
    public static async Task RunAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();
        var accepted = 0L;
        app.MapPost("/track/{client}/{account}/{brand}/v1/batch", async (HttpRequest request) =>
        {
            using var body = await JsonDocument.ParseAsync(request.Body);
            Interlocked.Add(ref accepted, body.RootElement.GetProperty("batch").GetArrayLength());
            return Results.Json(new { success = true });
        });
        app.MapGet("/accepted", () => Volatile.Read(ref accepted));
        await app.StartAsync();
        await Console.Out.WriteLineAsync(app.Urls.Single());

        // Until whoever started it is gone.
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
    }
}
