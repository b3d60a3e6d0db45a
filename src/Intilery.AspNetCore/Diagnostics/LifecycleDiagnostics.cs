using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Diagnostics;

/// <summary>Provides the endpoint of the current request.</summary>
internal interface IEndpointAccessor
{
    /// <summary>
    /// Gets the method and the route pattern of the request's endpoint, which contain no personal data as a path may;
    /// <see langword="null"/> outside of any request.
    /// </summary>
    string? Endpoint { get; }
}

/// <summary>The diagnostics of every room: counters, reasons at Debug, and failures once per interval. It never throws.</summary>
internal sealed class LifecycleDiagnostics(
    LifecycleMetrics metrics, FailureLog failures, ILoggerFactory loggers, LifecycleFeed? feed = null, LifecycleActivity? activity = null,
    IEndpointAccessor? endpoints = null)
{
    private readonly GuardedLogger _log = new(loggers.CreateLogger(IntileryDefaults.MeterName));
    private Func<Exception, bool> _isReported = static _ => false;

    public ILogger Log => _log;

    public LifecycleMetrics Metrics => metrics;

    /// <summary>Gets the counts for the coverage report and the live page.</summary>
    public LifecycleActivity Activity { get; } = activity ?? new LifecycleActivity(TimeProvider.System);

    private static string? TraceId => System.Diagnostics.Activity.Current?.TraceId.ToString();

    /// <summary>Reports a fact that was not tracked, and the reason.</summary>
    public void Suppressed(string fact, string reason)
    {
        metrics.Suppressed(reason);
        if (_log.IsEnabled(LogLevel.Debug))
        {
            _log.FactSuppressed(fact, reason, endpoints?.Endpoint, TraceId);
        }

        feed?.Suppressed(fact, reason);
        Activity.Suppressed(fact, reason);
    }

    /// <summary>Reports an event that is sent without its account, and the reason.</summary>
    public void WithoutTenant(string reason)
    {
        metrics.Suppressed(reason);
        if (_log.IsEnabled(LogLevel.Debug))
        {
            _log.TenantLeftOut(reason, endpoints?.Endpoint, TraceId);
        }

        feed?.Suppressed("groupId", reason);
        Activity.Suppressed("groupId", reason);
    }

    /// <summary>Reports an endpoint's event that has no usable value for a required property.</summary>
    public void Incomplete(string source, string property)
    {
        metrics.Suppressed(Reasons.Incomplete);
        Activity.Suppressed(source, Reasons.Incomplete);
        if (failures.ShouldLog($"{source} {property}", out var unlogged))
        {
            _log.EventIncomplete(source, property, unlogged, endpoints?.Endpoint, TraceId);
        }
    }

    /// <summary>Reports a request of an endpoint that exceeded the limit of events.</summary>
    public void TooMany(string source, int events, int limit)
    {
        metrics.Dropped(events, Reasons.TooMany);
        Activity.Suppressed(source, Reasons.TooMany);
        if (failures.ShouldLog($"{source} {Reasons.TooMany}", out var unlogged))
        {
            _log.TooManyEvents(source, events, limit, unlogged, endpoints?.Endpoint, TraceId);
        }
    }

    /// <summary>
    /// Reports an endpoint's event that is sent without a date, because the value is not one. The value may be personal data and is not
    /// logged.
    /// </summary>
    public void NoDate(string source, string property, string place)
    {
        // The endpoint or its caller has to be fixed: one line is enough.
        if (failures.IsFirst($"{source} {property} {place}"))
        {
            _log.NoDate(source, property, place);
        }
    }

    /// <summary>Reports a bulk statement that has changed rows of a watched table.</summary>
    public void BulkChange(string table)
    {
        Suppressed(table, Reasons.BulkChange);

        // The application's code has to be changed: one line is enough.
        if (failures.IsFirst($"{Reasons.BulkChange} {table}"))
        {
            _log.BulkChange(table, endpoints?.Endpoint, TraceId);
        }
    }

    /// <summary>Reports facts whose outcome is unknown.</summary>
    public void Unconfirmed(IEnumerable<string> facts)
    {
        foreach (var fact in facts)
        {
            Suppressed(fact, Reasons.Unconfirmed);
        }
    }

    /// <summary>Reports lost events, and the reason.</summary>
    public void Dropped(int events, string reason)
    {
        metrics.Dropped(events, reason);
        Activity.Suppressed(Plural.Of(events, "event", "events"), reason);
        if (failures.ShouldLog(reason, out var unlogged))
        {
            _log.EventsDropped(events, reason, unlogged, endpoints?.Endpoint, TraceId);
        }
    }

    /// <summary>Reports an event that the outbox's store can never store.</summary>
    public void Unstorable(string fact, long row, bool isKept, Exception refusal)
    {
        metrics.Dropped(1, Reasons.Unstorable);
        Activity.Suppressed(fact, Reasons.Unstorable);
        if (!failures.ShouldLog($"{Reasons.Unstorable} {isKept}", out var unlogged))
        {
            return;
        }

        if (isKept)
        {
            _log.EventSetAside(fact, row, unlogged, refusal);
        }
        else
        {
            _log.EventUnstorable(fact, row, unlogged, refusal);
        }
    }

    /// <summary>What the outbox holds of an event cannot be read, and became a dead letter.</summary>
    /// <param name="fact">The event's name.</param>
    /// <param name="row">The row.</param>
    /// <param name="isProtected">Whether it is protected by a key that the application does not have.</param>
    public void Unreadable(string fact, long row, bool isProtected)
    {
        metrics.Dropped(1, Reasons.Unreadable);
        Activity.Suppressed(fact, Reasons.Unreadable);
        if (!failures.ShouldLog($"{Reasons.Unreadable} {isProtected}", out var unlogged))
        {
            return;
        }

        if (isProtected)
        {
            _log.EventStaysProtected(fact, row, unlogged);
        }
        else
        {
            _log.EventUnreadable(fact, row, unlogged);
        }
    }

    /// <summary>Reports a fact that was not tracked because of an invalid id.</summary>
    /// <param name="fact">The name of the fact.</param>
    /// <param name="member">The name of the id.</param>
    /// <param name="fault">The error. The id itself is personal data and is not logged.</param>
    public void InvalidId(string fact, string member, string fault)
    {
        Suppressed(fact, Reasons.InvalidId);
        if (failures.ShouldLog($"{fact} {member} {Reasons.InvalidId}", out var unlogged))
        {
            _log.IdRefused(fact, member, fault, unlogged, endpoints?.Endpoint, TraceId);
        }
    }

    /// <summary>Reports a current user whose id is invalid: their facts are counted as those of an unnamed user.</summary>
    public void UnusableUserId(string member, string fault)
    {
        if (failures.ShouldLog(Reasons.InvalidId, out var unlogged))
        {
            _log.IdRefused("What a signed-in user does", member, fault, unlogged, endpoints?.Endpoint, TraceId);
        }
    }

    /// <summary>Reports a sign-in whose user id differs from the key of the user's row.</summary>
    /// <param name="claimType">The claim of the principal that holds the key; <see langword="null"/> if none does.</param>
    public void UserIdsDiffer(string? claimType)
    {
        if (failures.IsFirst("the ids of one user differ"))
        {
            Activity.CureOfDifferentIds = claimType is null
                ? "Add a claim with the row's key to the principal, where it is made or in the cookie's OnSigningIn event, and set Intilery:UserIdClaimType to its type"
                : $"Set Intilery:UserIdClaimType to {claimType}, which holds the row's key";
            _log.UserIdsDiffer(Activity.CureOfDifferentIds);
        }
    }

    /// <summary>Logs a failure of the package's own code, at most once per interval and place. The application is not affected.</summary>
    public void Failed(string place, Exception exception)
    {
        if (ShouldLog(place, exception, out var unlogged))
        {
            _log.StageFailed(place, unlogged, exception);
        }
    }

    /// <summary>Returns whether to log a condition that is logged once per process.</summary>
    public bool IsFirst(string condition) => failures.IsFirst(condition);

    /// <summary>
    /// Sets the exceptions that result from a failure that is logged elsewhere: they are logged at Debug, without their stack.
    /// </summary>
    public void LogOnce(Func<Exception, bool> isReported) => _isReported = isReported;

    /// <summary>Returns whether to log a repeated failure now.</summary>
    public bool ShouldLog(string place, Exception exception, out Unlogged unlogged)
    {
        if (_isReported(exception))
        {
            _log.FailedAsReported(place, exception.GetBaseException().Message);
            unlogged = default;
            return false;
        }

        return failures.ShouldLog(place, out unlogged);
    }

    /// <summary>Returns whether to log a repeated condition now.</summary>
    public bool ShouldLog(string condition, out Unlogged unlogged) => failures.ShouldLog(condition, out unlogged);
}

/// <summary>The clock of the package, in a type of its own: the host may register its own <see cref="TimeProvider"/>, or none.</summary>
/// <param name="Time">The host's clock if one is registered; else the system's.</param>
internal sealed record HostClock(TimeProvider Time);
