using Microsoft.Extensions.Time.Testing;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A machine's clock whose wall time can be set, as an administrator or NTP does; its monotonic time knows nothing of it.</summary>
internal sealed class SteppedClock : FakeTimeProvider
{
    /// <summary>Gets or sets how far the wall clock is off.</summary>
    public TimeSpan Step { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Step;

    public override long GetTimestamp() => base.GetUtcNow().UtcTicks;
}
