using System.Text.Json;
using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;

namespace Intilery.AspNetCore.Dashboard;

/// <summary>Sends the rows of the live feed as server-sent events: all of them at first, then each that changes.</summary>
internal sealed class LiveStream(LiveFeed feed, HostClock clock, IHostApplicationLifetime lifetime)
{
    /// <summary>How many may look at the same time.</summary>
    public const int MaxViewers = 20;

    // Long enough for what one request causes to come together, too short to be seen.
    private static readonly TimeSpan _gather = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _heartbeat = TimeSpan.FromSeconds(15);
    private static readonly JsonElement _nothing = JsonSerializer.SerializeToElement<object?>(null);

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
        await response.WriteAsync($"retry: 2000\nevent: hello\ndata: {{\"machine\":{JsonSerializer.Serialize(Environment.MachineName)}}}\n\n", cancellationToken).ConfigureAwait(false);
        var version = -1L;
        while (true)
        {
            (var rows, version) = feed.ReadAfter(version);
            if (rows.Count > 0)
            {
                var data = JsonSerializer.Serialize(rows.Select(row => Shown(row, access)), DashboardPage.Json);
                await response.WriteAsync($"data: {data}\n\n", cancellationToken).ConfigureAwait(false);
            }

            await response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                await feed.ChangedAfterAsync(version).WaitAsync(_heartbeat, clock.Time, cancellationToken).ConfigureAwait(false);
                await Task.Delay(_gather, clock.Time, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                await response.WriteAsync(":\n\n", cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // What the API answers, and a path that is no route, may name people too.
    private static object Shown(LiveRow row, DashboardAccess access) => access == DashboardAccess.Anonymous
        ? new
        {
            row.Id,
            row.Event,
            row.At,
            row.State,
            row.Reason,
            Scope = (string?)null,
            Steps = row.Steps.Select(step => new { step.State, step.At, step.Count }),
        }
        : new
        {
            row.Id,
            row.Event,
            row.At,
            row.State,
            row.Reason,
            User = row.UserId,
            Account = row.AccountId,
            row.AccountFrom,
            row.Scope,
            row.Endpoint,
            row.Trace,
            row.Steps,
            Json = row.Call,
            Fact = row.Fact is null ? _nothing : FactOf(row.Fact),
        };

    private static JsonElement FactOf(CapturedFact fact) => JsonSerializer.SerializeToElement(fact, FactJson.Default.CapturedFact);
}
