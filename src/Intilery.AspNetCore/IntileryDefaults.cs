namespace Intilery.AspNetCore;

/// <summary>The names under which other libraries find this package.</summary>
public static class IntileryDefaults
{
    /// <summary>
    /// The name of the <see cref="HttpClient"/> that delivers events. Configure a proxy or a client certificate for it; the defaults that
    /// <c>ConfigureHttpClientDefaults</c> sets for all clients do not apply to it, because the outbox is the retry.
    /// </summary>
    /// <example>
    /// <code>
    /// builder.Services.AddHttpClient(IntileryDefaults.HttpClientName)
    ///     .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { Proxy = new WebProxy("http://proxy.example.com:3128") });
    /// </code>
    /// </example>
    public const string HttpClientName = "Intilery.AspNetCore";

    /// <summary>The name of the meter with the package's instruments, for <c>AddMeter</c> of OpenTelemetry.</summary>
    public const string MeterName = "Intilery.AspNetCore";

    /// <summary>
    /// The name of the activity source with the package's spans, for <c>AddSource</c> of OpenTelemetry: one of each commit, within its
    /// request, and one of each request to Intilery, with links to the commits of its events.
    /// </summary>
    public const string ActivitySourceName = "Intilery.AspNetCore";
}
