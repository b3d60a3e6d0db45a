using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Diagnostics;

/// <summary>Knows which endpoint the work under way belongs to.</summary>
internal interface IEndpointAccessor
{
    /// <summary>
    /// Gets the method and the route pattern of the request's endpoint, which name nobody as a path may; <see langword="null"/> outside of any request.
    /// </summary>
    string? Endpoint { get; }
}

/// <summary>What every stage says of its work: counters, reasons at Debug, and failures once per interval. It never throws.</summary>
internal sealed class LifecycleDiagnostics(
    LifecycleMetrics metrics, FailureLog failures, ILoggerFactory loggers, LifecycleFeed? feed = null, LifecycleActivity? activity = null,
    IEndpointAccessor? endpoints = null)
{
    private readonly GuardedLogger _log = new(loggers.CreateLogger(IntileryDefaults.MeterName));
    private Func<Exception, bool> _isReported = static _ => false;

    public ILogger Log => _log;

    public LifecycleMetrics Metrics => metrics;

    /// <summary>Gets what the coverage report and the live page know of facts and events.</summary>
    public LifecycleActivity Activity { get; } = activity ?? new LifecycleActivity(TimeProvider.System);

    private static string? TraceId => System.Diagnostics.Activity.Current?.TraceId.ToString();

    /// <summary>A fact is no event, for a reason.</summary>
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

    /// <summary>What happens goes without its account, for a reason.</summary>
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

    /// <summary>An endpoint's event has no usable value for a property that it cannot do without.</summary>
    public void Incomplete(string source, string property)
    {
        metrics.Suppressed(Reasons.Incomplete);
        Activity.Suppressed(source, Reasons.Incomplete);
        if (failures.ShouldLog($"{source} {property}", out var unlogged))
        {
            _log.EventIncomplete(source, property, unlogged, endpoints?.Endpoint, TraceId);
        }
    }

    /// <summary>One request of an endpoint asked for more events than one may make.</summary>
    public void TooMany(string source, int events, int limit)
    {
        metrics.Dropped(events, Reasons.TooMany);
        Activity.Suppressed(source, Reasons.TooMany);
        if (failures.ShouldLog($"{source} {Reasons.TooMany}", out var unlogged))
        {
            _log.TooManyEvents(source, events, limit, unlogged, endpoints?.Endpoint, TraceId);
        }
    }

    /// <summary>An endpoint's event goes without a date, because what was there is none. The value is a person's, and not said.</summary>
    public void NoDate(string source, string property, string place)
    {
        // The endpoint or its caller is to be mended: once is enough to know it.
        if (failures.IsFirst($"{source} {property} {place}"))
        {
            _log.NoDate(source, property, place);
        }
    }

    /// <summary>A bulk statement has changed rows of a watched table.</summary>
    public void BulkChange(string table)
    {
        Suppressed(table, Reasons.BulkChange);

        // The application's code is to be changed: once is enough to know it.
        if (failures.IsFirst($"{Reasons.BulkChange} {table}"))
        {
            _log.BulkChange(table, endpoints?.Endpoint, TraceId);
        }
    }

    /// <summary>Nobody can tell whether these happened.</summary>
    public void Unconfirmed(IEnumerable<string> facts)
    {
        foreach (var fact in facts)
        {
            Suppressed(fact, Reasons.Unconfirmed);
        }
    }

    /// <summary>Events were lost, for a reason.</summary>
    public void Dropped(int events, string reason)
    {
        metrics.Dropped(events, reason);
        Activity.Suppressed(Plural.Of(events, "event", "events"), reason);
        if (failures.ShouldLog(reason, out var unlogged))
        {
            _log.EventsDropped(events, reason, unlogged, endpoints?.Endpoint, TraceId);
        }
    }

    /// <summary>The outbox's store refuses an event for good.</summary>
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
    public void Unreadable(string fact, long row)
    {
        metrics.Dropped(1, Reasons.Unreadable);
        Activity.Suppressed(fact, Reasons.Unreadable);
        if (failures.ShouldLog(Reasons.Unreadable, out var unlogged))
        {
            _log.EventUnreadable(fact, row, unlogged);
        }
    }

    /// <summary>A fact is no event, because an id of it cannot be one.</summary>
    /// <param name="fact">What happened.</param>
    /// <param name="member">Which id.</param>
    /// <param name="fault">What is wrong with it. The id itself is a person's, and not said.</param>
    public void InvalidId(string fact, string member, string fault)
    {
        Suppressed(fact, Reasons.InvalidId);
        if (failures.ShouldLog($"{fact} {member} {Reasons.InvalidId}", out var unlogged))
        {
            _log.IdRefused(fact, member, fault, unlogged, endpoints?.Endpoint, TraceId);
        }
    }

    /// <summary>Whoever is at work cannot be named, because of the id: what they do is counted as somebody's who cannot be named.</summary>
    public void UnusableUserId(string member, string fault)
    {
        if (failures.ShouldLog(Reasons.InvalidId, out var unlogged))
        {
            _log.IdRefused("What a signed-in user does", member, fault, unlogged, endpoints?.Endpoint, TraceId);
        }
    }

    /// <summary>A user signed in under another id than the key of the user's row.</summary>
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

    /// <summary>Logs a failure of our own code, at most once per interval and place. The application is not affected.</summary>
    public void Failed(string place, Exception exception)
    {
        if (ShouldLog(place, exception, out var unlogged))
        {
            _log.StageFailed(place, unlogged, exception);
        }
    }

    /// <summary>Whether a condition that is logged once in the process's life is to be logged now.</summary>
    public bool IsFirst(string condition) => failures.IsFirst(condition);

    /// <summary>Names the failures that follow from one that is logged by itself: they are logged at Debug, without their stack.</summary>
    public void LogOnce(Func<Exception, bool> isReported) => _isReported = isReported;

    /// <summary>Whether a repeated failure is to be logged now.</summary>
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

    /// <summary>Whether a repeated condition is to be logged now.</summary>
    public bool ShouldLog(string condition, out Unlogged unlogged) => failures.ShouldLog(condition, out unlogged);
}
