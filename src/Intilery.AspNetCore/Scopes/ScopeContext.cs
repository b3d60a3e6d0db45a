
using System.Text.Json.Serialization;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Scopes;

/// <summary>What is known of a capture scope from its first fact on: copied, so that it outlives the request.</summary>
internal sealed record ScopeContext
{
    public required string Id { get; init; }

    /// <summary>
    /// Gets where the scope's events go, as the options said when it began: what another process settles later, under another
    /// account perhaps, still goes there.
    /// </summary>
    public required string Destination { get; init; }

    /// <summary>Gets the id of the user who was signed in before anything happened.</summary>
    public string? PersonId { get; init; }

    /// <summary>Gets a value indicating whether somebody without a user's id acted: an API key, a provisioning client.</summary>
    public bool HasUnnamedActor { get; init; }

    /// <summary>
    /// Gets a value indicating whether the request is anonymous and shows no browser and no application of a person's: a webhook, or a script.
    /// </summary>
    public bool IsByScript { get; init; }

    /// <summary>Gets a value indicating whether the application has marked the request as one without events.</summary>
    public bool IsSkipped { get; init; }

    /// <summary>Gets a value indicating whether somebody else acts in that user's name.</summary>
    public bool IsImpersonated { get; init; }

    /// <summary>Gets a value indicating whether that user is one of those whom the options leave out, as far as the principal says.</summary>
    public bool IsPersonExcluded { get; init; }

    /// <summary>Gets the account that the application's own scope is about.</summary>
    public string? GroupId { get; init; }

    /// <summary>Gets a value indicating whether it is of a backfill: nothing happened, the application's rows are read.</summary>
    public bool IsBackfill { get; init; }

    /// <summary>Gets the type of the scope's sign-ups, where the application has said it.</summary>
    public string? SignUpType { get; init; }

    /// <summary>Gets the browser's context; <see langword="null"/> where there is no browser.</summary>
    public BrowserContext? Browser { get; init; }

    /// <summary>
    /// Gets the W3C trace context of the request or other work; <see langword="null"/> where no trace of it is kept. Intents have it beside what they remember
    /// of the scope.
    /// </summary>
    [JsonIgnore]
    public string? TraceParent { get; init; }
}
