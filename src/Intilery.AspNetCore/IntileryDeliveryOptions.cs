namespace Intilery.AspNetCore;

/// <summary>The section <c>Intilery:Delivery</c>.</summary>
public sealed class IntileryDeliveryOptions
{
    /// <summary>
    /// Gets or sets a value indicating whether this process delivers. Default: <see langword="true"/>; off, it only records.
    /// </summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// Gets or sets a value indicating whether events leave a test: under <c>TestServer</c> nothing is sent to an address that is
    /// not loopback, unless this is <see langword="true"/>. Default: <see langword="false"/>.
    /// </summary>
    public bool UnderTestServer { get; set; }

    /// <summary>Gets or sets how long one request may take. Default: 10 seconds; from 1 second to 5 minutes.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Gets or sets how requests are compressed. Default: <see cref="DeliveryCompression.None"/>, because Intilery does not document that
    /// it takes compressed ones; an event shrinks to about a sixth. A server or proxy that refuses it with 415 pauses delivery.
    /// </summary>
    public DeliveryCompression Compression { get; set; }

    /// <summary>
    /// Gets or sets how many requests a second are sent for as long as a backlog lasts. Default: 100, the API's limit; from 1 to
    /// 100. Read at start.
    /// </summary>
    public int RequestsPerSecond { get; set; } = 100;

    /// <summary>
    /// Gets or sets how many requests may be sent at once after a quiet time, before <see cref="RequestsPerSecond"/> counts.
    /// Default: 500, the API's limit; from 1 to 500. Several processes of one account share the API's limits: give each its part.
    /// Read at start.
    /// </summary>
    public int RequestBurst { get; set; } = 500;

    /// <summary>
    /// Gets or sets how long events may wait before the health check is degraded. Default: 10 minutes; from 1 second to 30 days.
    /// </summary>
    public TimeSpan MaxBacklogAge { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Gets or sets how long the stop of the host takes at most for lifecycle tracking: to write what is in memory, and to deliver what
    /// waits. The rest stays in the outbox; what cannot be written to it is saved in a file, see <see
    /// cref="IntileryOutboxOptions.SpillPath"/>. Default: 5 seconds; from 0 to 5 minutes. The host's own shutdown time-out counts too.
    /// </summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(5);
}

/// <summary>How the body of a request to Intilery is compressed.</summary>
public enum DeliveryCompression
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>By gzip, which nearly every server and proxy reads.</summary>
    Gzip,

    /// <summary>By Brotli.</summary>
    Brotli,
}
