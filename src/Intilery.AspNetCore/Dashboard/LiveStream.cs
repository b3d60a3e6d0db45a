using System.Buffers;
using System.Text.Json;
using Intilery.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;

namespace Intilery.AspNetCore.Dashboard;

/// <summary>Sends the rows of the live feed as server-sent events: all of them at first, then each that changes.</summary>
internal sealed class LiveStream(LiveFeed feed, HostClock clock, IHostApplicationLifetime lifetime)
{
    /// <summary>How many may look at the same time.</summary>
    public const int MaxViewers = 20;

    private static readonly TimeSpan _heartbeat = TimeSpan.FromSeconds(15);

    public async Task WriteAsync(HttpContext context, DashboardAccess access, CancellationToken cancellationToken)
    {
        if (feed.Viewers >= MaxViewers)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no";

        // An open page must not hold up the host's stop.
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        using var viewing = feed.Join();
        try
        {
            await SendAsync(context.Response, access, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // The viewer has left, or the host stops.
        }
    }

    private async Task SendAsync(HttpResponse response, DashboardAccess access, CancellationToken cancellationToken)
    {
        var hello = JsonSerializer.Serialize(new { machine = Environment.MachineName, events = LifecycleEventNames.All });
        await response.WriteAsync($"retry: 2000\nevent: hello\ndata: {hello}\n\n", cancellationToken).ConfigureAwait(false);
        var (version, leftOut) = (-1L, feed.LeftOut);
        var data = new ArrayBufferWriter<byte>();
        while (true)
        {
            var begun = clock.Time.GetTimestamp();
            (var rows, version) = feed.ReadAfter(version);
            if (feed.LeftOut != leftOut)
            {
                await response.WriteAsync($"event: left-out\ndata: {feed.LeftOut - leftOut}\n\n", cancellationToken).ConfigureAwait(false);
                leftOut = feed.LeftOut;
            }

            if (rows.Count > 0)
            {
                data.ResetWrittenCount();
                data.Write("data: ["u8);
                for (var i = 0; i < rows.Count; i++)
                {
                    data.Write(i == 0 ? default : ","u8);
                    data.Write(rows[i].Json(access));
                }

                data.Write("]\n\n"u8);
                await response.Body.WriteAsync(data.WrittenMemory, cancellationToken).ConfigureAwait(false);
            }

            // Long enough for what one request causes to come together, too short to be seen.
            var rest = LiveFeed.RestAfter(clock.Time.GetElapsedTime(begun));
            await response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                await feed.ChangedAfterAsync(version).WaitAsync(_heartbeat, clock.Time, cancellationToken).ConfigureAwait(false);
                await Task.Delay(rest, clock.Time, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                await response.WriteAsync(":\n\n", cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
