using System.Text.Json;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Enrich.Happenings;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Capture.Tracking;

/// <summary>Takes what the application tells into the scope under way, or records it at once where there is none.</summary>
internal sealed class EventCapture(CaptureSwitch @switch, CaptureScopes scopes, TenantReader tenants, TimeProvider time, LifecycleDiagnostics diagnostics)
{
    public bool IsOn => @switch.IsOn;

    /// <summary>Records an event.</summary>
    /// <exception cref="ArgumentException">The event cannot be sent; the message names the member.</exception>
    public async Task TrackAsync(LifecycleEvent told, CancellationToken cancellationToken)
    {
        var scope = scopes.OfChange();
        await RecordAsync(scope, await DescribeAsync(told, scope, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
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
        var happening = new UserIdentified
        {
            Key = MessageIds.Next(),
            UserId = userId ?? scope.PersonId ?? string.Empty,
            At = time.GetUtcNow(),
            Profile = profile,
            Traits = taken.Where(trait => profile.Reserved(trait.Key) is null).ToDictionary(StringComparer.Ordinal),
            TenantId = scope.Facts.GroupId is null ? await TenantAsync(cancellationToken).ConfigureAwait(false) : null,
        };
        await RecordAsync(scope, happening, cancellationToken).ConfigureAwait(false);

        string? Reserved(string name) => taken.TryGetValue(name, out var value) && value is JsonElement { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
    }

    /// <summary>Returns what an event that is told now means in this scope.</summary>
    /// <exception cref="ArgumentException">The event cannot be sent; the message names the member.</exception>
    public async ValueTask<EventTracked> DescribeAsync(LifecycleEvent told, CaptureScope scope, CancellationToken cancellationToken)
    {
        var tracked = Check(told, scope);
        return NamesTenant(told, scope) ? tracked : tracked with { TenantId = await TenantAsync(cancellationToken).ConfigureAwait(false) };
    }

    /// <summary>As <see cref="DescribeAsync"/>, for callers that the application made synchronous.</summary>
    /// <exception cref="ArgumentException">The event cannot be sent; the message names the member.</exception>
    public EventTracked Describe(LifecycleEvent told, CaptureScope scope)
    {
        var tracked = Check(told, scope);
        return NamesTenant(told, scope) ? tracked : tracked with { TenantId = tenants.Of(TenantResolutionMoment.Event, scopes.Request, scopes.Principal) };
    }

    private static bool NamesTenant(LifecycleEvent told, CaptureScope scope) => told.GroupId is not null || scope.Facts.GroupId is not null;

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

    private ValueTask<string?> TenantAsync(CancellationToken cancellationToken) =>
        tenants.OfAsync(TenantResolutionMoment.Event, scopes.Request, scopes.Principal, cancellationToken);

    private async Task RecordAsync(CaptureScope scope, Happening happening, CancellationToken cancellationToken)
    {
        try
        {
            await scopes.RecordAsync(scope, happening, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // The event was right; what failed is ours, and no reason for the application to fail.
            diagnostics.Failed("recording an event", exception);
        }
    }
}
