using Intilery.AspNetCore.Delivery;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the health check of Intilery's lifecycle tracking.</summary>
public static class IntileryHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a health check. It fails while the outbox cannot be written or read, which is the application's own trouble. All else is
    /// degraded at most: while delivery is paused, Intilery rejects the credentials or is not reached and events wait, where they wait in
    /// memory only or for another destination than the configured one, while the first of those that wait is older than
    /// <c>Intilery:Delivery:MaxBacklogAge</c>, and for an hour after an event was rejected. Descriptions advise what to do; the token
    /// is in none. It sends nothing to Intilery, and answers within about two seconds, whether or not the outbox does.
    /// </summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="name">The check's name. Default: <c>intilery</c>.</param>
    /// <param name="failureStatus">
    /// What a failure is reported as. Default: <see langword="null"/>, which is degraded: a load balancer keeps the application, whose
    /// requests are not affected. <see cref="HealthStatus.Unhealthy"/> where it is not to serve while events wait in memory only.
    /// </param>
    /// <param name="tags">Tags to filter by. Default: none.</param>
    /// <param name="timeout">How long a check may take at most. Default: <see langword="null"/>, which leaves it to the check.</param>
    /// <returns>The same builder.</returns>
    /// <example>
    /// <code>
    /// builder.Services.AddHealthChecks().AddIntilery();
    /// app.MapHealthChecks("/health");
    /// </code>
    /// </example>
    public static IHealthChecksBuilder AddIntilery(
        this IHealthChecksBuilder builder,
        string name = "intilery",
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return builder.Add(
            new HealthCheckRegistration(
                name, services => new IntileryHealthCheck(services), failureStatus ?? HealthStatus.Degraded, tags, timeout));
    }
}
