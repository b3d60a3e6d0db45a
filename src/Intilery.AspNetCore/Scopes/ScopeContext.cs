using System.Text.Json.Serialization;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Scopes;

/// <summary>The context of a capture scope, captured with its first fact: a copy, so that it outlives the request.</summary>
internal sealed record ScopeContext
{
    public required string Id { get; init; }

    /// <summary>
    /// Gets the destination of the scope's events, by the options when it began. A process that commits them later sends them there,
    /// also if its options name another one.
    /// </summary>
    public required string Destination { get; init; }

    /// <summary>Gets the id of the user who was signed in before the first fact.</summary>
    public string? PersonId { get; init; }

    /// <summary>Gets a value indicating whether the principal has no user id: an API key, a provisioning client.</summary>
    public bool HasUnnamedActor { get; init; }

    /// <summary>
    /// Gets a value indicating whether the request is anonymous and comes from no browser or app: a webhook, or a script.
    /// </summary>
    public bool IsByScript { get; init; }

    /// <summary>Gets a value indicating whether the endpoint has <c>[SkipLifecycleTracking]</c>.</summary>
    public bool IsSkipped { get; init; }

    /// <summary>Gets a value indicating whether the session is impersonated.</summary>
    public bool IsImpersonated { get; init; }

    /// <summary>Gets a value indicating whether the options exclude that user, by the principal's claims.</summary>
    public bool IsPersonExcluded { get; init; }

    /// <summary>Gets the account that <see cref="ILifecycleTracker.BeginScope"/> was given.</summary>
    public string? GroupId { get; init; }

    /// <summary>Gets a value indicating whether it belongs to a backfill, which reads existing rows.</summary>
    public bool IsBackfill { get; init; }

    /// <summary>Gets the type of the scope's sign-ups, if the application set one.</summary>
    public string? SignUpType { get; init; }

    /// <summary>Gets the browser's context; <see langword="null"/> where there is no browser.</summary>
    public BrowserContext? Browser { get; init; }

    /// <summary>
    /// Gets the W3C trace context of the request or other work; <see langword="null"/> if it is not sampled. Intents store it beside
    /// the context.
    /// </summary>
    [JsonIgnore]
    public string? TraceParent { get; init; }
}
