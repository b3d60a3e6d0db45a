using System.Diagnostics;

namespace Intilery.AspNetCore.Diagnostics;

/// <summary>
/// The activity source <c>Intilery.AspNetCore</c>, and the trace context that rows are stored with. Nothing is created without a listener.
/// </summary>
internal static class LifecycleTraces
{
    /// <summary>The maximum number of links of a span, OpenTelemetry's default limit.</summary>
    public const int MaxLinks = 128;

    private static readonly ActivitySource _source = new(
        IntileryDefaults.ActivitySourceName, typeof(LifecycleTraces).Assembly.GetName().Version?.ToString(3));

    /// <summary>Gets a value indicating whether there is a listener; if not, callers skip the work for a span.</summary>
    public static bool IsListened => _source.HasListeners();

    /// <summary>
    /// Returns the W3C trace context of an activity; <see langword="null"/> if it is not sampled, so that a link to it would lead nowhere.
    /// </summary>
    public static string? ParentOf(Activity? activity) =>
        activity is { IdFormat: ActivityIdFormat.W3C, Recorded: true } ? activity.Id : null;

    /// <summary>
    /// Starts the span of a scope's commit, as a child of the scope's trace context; without one, of the current activity.
    /// </summary>
    public static LifecycleSpan Commit(string? traceParent, int facts, LifecycleDiagnostics diagnostics)
    {
        if (!IsListened)
        {
            return default;
        }

        ActivityContext.TryParse(traceParent, null, out var parent);
        return Start(
            "Intilery.AspNetCore.Commit", ActivityKind.Internal, parent, [new("intilery.facts.count", facts)], links: null, diagnostics)
            .Named("intilery commit");
    }

    /// <summary>Starts the span of a request to the API: a root span, with links to the traces of its events.</summary>
    /// <param name="url">The address. It contains no secret.</param>
    /// <param name="template">The low-cardinality template of the address.</param>
    /// <param name="events">The number of events in the request.</param>
    /// <param name="traceParents">The trace contexts of those events that have one.</param>
    /// <param name="diagnostics">Where failures of listeners are logged.</param>
    public static LifecycleSpan Deliver(
        Uri url, string template, int events, IEnumerable<string?> traceParents, LifecycleDiagnostics diagnostics)
    {
        var links = traceParents.Distinct(StringComparer.Ordinal)
            .Where(parent => parent is not null)
            .Select(parent => ActivityContext.TryParse(parent, null, out var context) ? context : default)
            .Where(context => context != default)
            .Take(MaxLinks)
            .Select(context => new ActivityLink(context));

        // Not a child of the activity in which the delivery worker was started.
        Activity.Current = null;
        return Start(
            "Intilery.AspNetCore.Deliver",
            ActivityKind.Client,
            default,
            [
                new("http.request.method", "POST"),
                new("url.full", url.AbsoluteUri),
                new("url.template", template),
                new("server.address", url.IdnHost),
                new("server.port", url.Port),
                new("intilery.events.count", events),
            ],
            [.. links],
            diagnostics).Named("POST " + template);
    }

    private static LifecycleSpan Start(
        string name,
        ActivityKind kind,
        ActivityContext parent,
        KeyValuePair<string, object?>[] tags,
        ActivityLink[]? links,
        LifecycleDiagnostics diagnostics)
    {
        var current = Activity.Current;
        try
        {
            return new(_source.StartActivity(name, kind, parent, tags, links), diagnostics);
        }
        catch (Exception exception)
        {
            // The listeners and samplers are the host's, and a span is no reason to fail its request or to lose the event.
            Activity.Current = current;
            diagnostics.Failed("starting a span", exception);
            return default;
        }
    }
}

/// <summary>A span, or none without a listener.</summary>
internal readonly record struct LifecycleSpan(Activity? Activity, LifecycleDiagnostics? Diagnostics) : IDisposable
{
    /// <summary>
    /// Gets the trace context of events that are recorded within the span; <see langword="null"/> without a span that is sampled.
    /// </summary>
    public string? TraceParent => LifecycleTraces.ParentOf(Activity);

    public LifecycleSpan Named(string name)
    {
        Activity?.DisplayName = name;
        return this;
    }

    /// <summary>Adds the events of a commit.</summary>
    public void Composed(IReadOnlyCollection<string> names)
    {
        Activity?.SetTag("intilery.events.count", names.Count);
        Activity?.SetTag("intilery.events", names.Distinct(StringComparer.Ordinal).ToArray());
    }

    /// <summary>Adds the answer to a request, by the conventions for HTTP clients.</summary>
    /// <param name="status">The status; <see langword="null"/> when there was no answer.</param>
    /// <param name="errorType">The type of the failure; <see langword="null"/> for a success.</param>
    /// <param name="description">The description of a failure that has no status.</param>
    public void Answered(int? status, string? errorType, string? description)
    {
        if (status is not null)
        {
            Activity?.SetTag("http.response.status_code", status);
        }

        if (errorType is not null)
        {
            Activity?.SetTag("error.type", errorType);
            Activity?.SetStatus(ActivityStatusCode.Error, status is null ? description : null);
        }
    }

    public void Failed(Exception exception)
    {
        Activity?.SetTag("error.type", exception.GetType().FullName);
        Activity?.SetStatus(ActivityStatusCode.Error);
    }

    public void Dispose()
    {
        try
        {
            Activity?.Dispose();
        }
        catch (Exception exception)
        {
            // As at its start.
            Diagnostics?.Failed("ending a span", exception);
        }
    }
}
