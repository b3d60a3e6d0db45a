using System.Diagnostics;

namespace Intilery.AspNetCore.Diagnostics;

/// <summary>
/// The activity source <c>Intilery.AspNetCore</c>, and the trace context that rows are kept with. Nothing is made while nobody listens.
/// </summary>
internal static class LifecycleTraces
{
    /// <summary>How many links a span has at most, as many as OpenTelemetry's limits let it keep.</summary>
    public const int MaxLinks = 128;

    private static readonly ActivitySource _source = new(
        IntileryDefaults.ActivitySourceName, typeof(LifecycleTraces).Assembly.GetName().Version?.ToString(3));

    /// <summary>Gets a value indicating whether somebody listens; while nobody does, nothing is to be made for a span.</summary>
    public static bool IsListened => _source.HasListeners();

    /// <summary>Returns the W3C trace context of an activity; <see langword="null"/> where it is not sampled, so that nobody could follow a link to it.</summary>
    public static string? ParentOf(Activity? activity) => activity is { IdFormat: ActivityIdFormat.W3C, Recorded: true } ? activity.Id : null;

    /// <summary>Starts the span of a scope's commit, as a child of the work that the scope was; without a trace context, of the work under way.</summary>
    public static LifecycleSpan Commit(string? traceParent, int facts)
    {
        if (!IsListened)
        {
            return default;
        }

        ActivityContext.TryParse(traceParent, null, out var parent);
        return Start("Intilery.AspNetCore.Commit", ActivityKind.Internal, parent, [new("intilery.facts.count", facts)], links: null)
            .Named("intilery commit");
    }

    /// <summary>Starts the span of a request to the API: of its own, with links to the traces of its events.</summary>
    /// <param name="url">Where it goes. No secret is in it.</param>
    /// <param name="template">The part of the address that is the same for every application.</param>
    /// <param name="events">How many events the request has.</param>
    /// <param name="traceParents">Their trace contexts, as far as they have one.</param>
    public static LifecycleSpan Deliver(Uri url, string template, int events, IEnumerable<string?> traceParents)
    {
        var links = traceParents.Distinct(StringComparer.Ordinal)
            .Where(parent => parent is not null)
            .Select(parent => ActivityContext.TryParse(parent, null, out var context) ? context : default)
            .Where(context => context != default)
            .Take(MaxLinks)
            .Select(context => new ActivityLink(context));

        // Not a child of what the delivery worker may have been started in.
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
            [.. links]).Named("POST " + template);
    }

    private static LifecycleSpan Start(
        string name, ActivityKind kind, ActivityContext parent, KeyValuePair<string, object?>[] tags, ActivityLink[]? links)
    {
        try
        {
            return new(_source.StartActivity(name, kind, parent, tags, links));
        }
        catch (Exception)
        {
            // The listeners and samplers are the host's, and a span is no reason to fail its request or to lose the event.
            return default;
        }
    }
}

/// <summary>A span, or none where nobody listens.</summary>
internal readonly record struct LifecycleSpan(Activity? Activity) : IDisposable
{
    /// <summary>Gets the trace context for what is recorded within the span; <see langword="null"/> without a span that is sampled.</summary>
    public string? TraceParent => LifecycleTraces.ParentOf(Activity);

    public LifecycleSpan Named(string name)
    {
        Activity?.DisplayName = name;
        return this;
    }

    /// <summary>Notes which events a commit has made.</summary>
    public void Composed(IReadOnlyCollection<string> names)
    {
        Activity?.SetTag("intilery.events.count", names.Count);
        Activity?.SetTag("intilery.events", names.Distinct(StringComparer.Ordinal).ToArray());
    }

    /// <summary>Notes the answer to a request, as the conventions for HTTP clients say.</summary>
    /// <param name="status">The status; <see langword="null"/> when there was no answer.</param>
    /// <param name="errorType">What kind of failure it is; <see langword="null"/> for a success.</param>
    /// <param name="description">What is known of a failure that has no status.</param>
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
        catch (Exception)
        {
            // As at its start.
        }
    }
}
