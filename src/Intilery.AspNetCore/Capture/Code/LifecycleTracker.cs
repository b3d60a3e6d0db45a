using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Capture.Code;

/// <summary>Tracks the application's own events, while tracking is on.</summary>
internal sealed class LifecycleTracker(EventCapture events, TrackingScopes scopes, ScopeContextReader scopeContext) : ILifecycleTracker
{
    public Task TrackAsync(LifecycleEvent lifecycleEvent, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lifecycleEvent);
        return events.IsOn ? events.TrackAsync(lifecycleEvent, cancellationToken) : Task.CompletedTask;
    }

    public Task TrackAsync(
        string eventName, IReadOnlyDictionary<string, object?>? properties = null, CancellationToken cancellationToken = default) =>
        TrackAsync(new CustomEvent(eventName) { Properties = properties ?? FreeProperties.None }, cancellationToken);

    public Task IdentifyAsync(
        IReadOnlyDictionary<string, object?> traits, string? userId = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(traits);
        return events.IsOn ? events.IdentifyAsync(traits, userId, cancellationToken) : Task.CompletedTask;
    }

    public ILifecycleScope BeginScope(string? userId = null, string? groupId = null)
    {
        if (userId is not null)
        {
            EventText.ThrowIfNotId(userId, nameof(userId));
        }

        if (groupId is not null)
        {
            EventText.ThrowIfNotId(groupId, nameof(groupId));
        }

        if (!events.IsOn)
        {
            return InertScope.Instance;
        }

        // Within a request, a hub or a circuit: of the person at it, even if the invocation or activity is over, as a circuit's is at the
        // first wait.
        var around = userId is null && (scopes.Request is not null || scopes.Current is { Principal: not null }) ? scopes.OfChange() : null;
        return new LifecycleScope(scopes, new TrackingScope(
            () => (around is { KnownContext: not null } ? around.ContextNow() : scopeContext.OfNobody() with { PersonId = userId }) with { Id = MessageIds.Next(), GroupId = groupId },
            around is null ? null : () => around.Principal));
    }

    public void SetSignUpType(string type)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(type);
        if (events.IsOn)
        {
            scopes.OfChange().SetSignUpType(type);
        }
    }
}
