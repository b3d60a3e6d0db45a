using System.Security.Claims;
using System.Text.Json;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Capture.Code;

/// <summary>Takes what the application tells into the scope under way, or records it at once where there is none.</summary>
internal sealed class EventCapture(CaptureSwitch @switch, CaptureScopes scopes, TenantReader tenants, TimeProvider time, LifecycleDiagnostics diagnostics)
{
    public bool IsOn => @switch.IsOn;

    /// <summary>Records an event.</summary>
    /// <exception cref="ArgumentException">The event cannot be sent; the message names the member.</exception>
    public async Task TrackAsync(LifecycleEvent told, CancellationToken cancellationToken)
    {
        var scope = scopes.OfChange();
        await RecordAsync(scope, Describe(told, scope, scopes.Principal), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Records traits.</summary>
    /// <exception cref="ArgumentException">They cannot be sent.</exception>
    public async Task IdentifyAsync(IReadOnlyDictionary<string, object?> traits, string? userId, CancellationToken cancellationToken)
    {
        var scope = scopes.OfChange();
        var taken = EventRules.CheckTraits(traits, userId);
        if (userId is null && scope.IsOutside)
        {
            throw new ArgumentException("userId must be given: no request or other capture scope is under way that names the user.", nameof(userId));
        }

        var profile = new Profile
        {
            FirstName = Reserved("firstName"),
            LastName = Reserved("lastName"),
            Email = Reserved("email"),
            Phone = Reserved("phone"),
            Username = Reserved("username"),
            Title = Reserved("title"),
        };
        var fact = new UserIdentified
        {
            Key = MessageIds.Next(),
            UserId = userId ?? scope.PersonId ?? string.Empty,
            At = time.GetUtcNow(),
            Profile = profile,
            Traits = taken.Where(trait => profile.Reserved(trait.Key) is null).ToDictionary(StringComparer.Ordinal),
        };
        await RecordAsync(scope, scope.Context.GroupId is null ? Locate(fact, scope, scopes.Principal) : fact, cancellationToken).ConfigureAwait(false);

        string? Reserved(string name) => taken.TryGetValue(name, out var value) && value is JsonElement { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
    }

    /// <summary>Returns what an event that is told now means in this scope.</summary>
    /// <exception cref="ArgumentException">The event cannot be sent; the message names the member.</exception>
    public EventTracked Describe(LifecycleEvent told, CaptureScope scope, ClaimsPrincipal? principal)
    {
        var tracked = Check(told, scope);
        return told.GroupId is not null || scope.Context.GroupId is not null ? tracked : Locate(tracked, scope, principal);
    }

    private EventTracked Check(LifecycleEvent told, CaptureScope scope)
    {
        var checkedEvent = EventRules.Check(told);
        // A trial's end is the user's who started it.
        if (scope.IsOutside && told is { UserId: null, AnonymousId: null } and not TrialEnded)
        {
            throw EventRules.NoUser(told);
        }

        return new EventTracked
        {
            Key = MessageIds.Next(),
            UserId = told.UserId ?? scope.PersonId ?? string.Empty,
            At = time.GetUtcNow(),
            Event = checkedEvent,
        };
    }

    private T Locate<T>(T fact, CaptureScope scope, ClaimsPrincipal? principal)
        where T : CapturedFact => tenants.Locate(fact, TenantResolutionMoment.Event, scope, principal);

    private async Task RecordAsync(CaptureScope scope, CapturedFact fact, CancellationToken cancellationToken)
    {
        try
        {
            await scopes.RecordAsync(scope, fact, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // The event was right; what failed is ours, and no reason for the application to fail.
            diagnostics.Failed("recording an event", exception);
        }
    }
}
