using Intilery.AspNetCore.Operations;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the health check of Intilery's lifecycle tracking.</summary>
public static class IntileryHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a health check. It fails while delivery is paused, Intilery rejects the credentials, or the outbox cannot be written.
    /// It is degraded where events wait in memory only or for another destination than the configured one, while the first of those that wait is older than
    /// <c>Intilery:Delivery:MaxBacklogAge</c>, and for an hour after an event was rejected. Descriptions say what to do; the token
    /// is in none. It sends nothing to Intilery.
    /// </summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="name">The check's name. Default: <c>intilery</c>.</param>
    /// <param name="failureStatus">What a failure is reported as. Default: <see langword="null"/>, which is unhealthy.</param>
    /// <param name="tags">Tags to filter by. Default: none.</param>
    /// <param name="timeout">How long a check may take. Default: <see langword="null"/>, which is for ever.</param>
    /// <returns>The same builder.</returns>
    public static IHealthChecksBuilder AddIntilery(
        this IHealthChecksBuilder builder,
        string name = "intilery",
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return builder.Add(new HealthCheckRegistration(name, services => new IntileryHealthCheck(services), failureStatus, tags, timeout));
    }
}
