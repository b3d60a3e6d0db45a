using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Hosting;
using Intilery.AspNetCore.Outbox;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Delivery;

/// <summary>Deletes dead letters after <c>Outbox:DeadLetterRetention</c>: they hold personal data.</summary>
internal sealed class DeadLetterRetention(
    IOutboxStore outbox, IOptionsMonitor<IntileryOptions> options, LifecycleDiagnostics diagnostics, TimeProvider time)
    : IBackgroundLoop
{
    public static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    public string Activity => "deleting expired dead letters";

    public async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            var retention = options.CurrentValue.Outbox.DeadLetterRetention;
            var purged = await outbox.PurgeAsync(time.GetUtcNow() - retention, stopping).ConfigureAwait(false);
            if (purged > 0)
            {
                diagnostics.Log.DeadLettersExpired(purged, retention);
            }

            await Task.Delay(Interval, time, stopping).ConfigureAwait(false);
        }
    }
}
