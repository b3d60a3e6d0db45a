using System.Threading.RateLimiting;

namespace Intilery.AspNetCore.Delivery;

/// <summary>
/// The API's token bucket ("Limits and answers": rate), kept on our side, so that a backlog is delivered without a 429. It is
/// filled when it is asked and not by a timer: a host that delivers nothing does no work for it.
/// </summary>
internal sealed class RequestRate(int requestsPerSecond, int burst, TimeProvider time) : IDisposable
{
    private readonly TokenBucketRateLimiter _bucket = new(new TokenBucketRateLimiterOptions
    {
        TokenLimit = burst,
        TokensPerPeriod = 1,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1) / requestsPerSecond,
        AutoReplenishment = false,
    });

    /// <summary>Waits until one more request may be sent.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            _bucket.TryReplenish();
            using var lease = _bucket.AttemptAcquire();
            if (lease.IsAcquired)
            {
                return;
            }

            var delay = lease.TryGetMetadata(MetadataName.RetryAfter, out var retryAfter)
                ? retryAfter
                : TimeSpan.FromSeconds(1) / requestsPerSecond;
            await Task.Delay(delay, time, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => _bucket.Dispose();
}
