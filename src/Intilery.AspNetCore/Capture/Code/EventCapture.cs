using System.Security.Claims;
using System.Text.Json;
using Intilery.AspNetCore.Capture.Authentication;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Capture.Code;

/// <summary>Adds the events that the application tracks to the current scope, or records them at once if there is none.</summary>
internal sealed class EventCapture(
    CaptureSwitch @switch,
    TrackingScopes scopes,
    TenantReader tenants,
    PrincipalDescriber sessions,
    TimeProvider time,
    LifecycleDiagnostics diagnostics)
{
    public bool IsOn => @switch.IsOn;

    /// <summary>Records an event.</summary>
    /// <exception cref="ArgumentException">The event cannot be sent; the message names the member.</exception>
    public async Task TrackAsync(LifecycleEvent tracked, CancellationToken cancellationToken)
    {
        var scope = scopes.OfChange();
        var named = tracked.UserId is null ? Named(tracked, await PasswordOwnerAsync().ConfigureAwait(false)) : tracked;
        await RecordAsync(scope, Describe(named, scope, scopes.Principal), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Records traits.</summary>
    /// <exception cref="ArgumentException">They cannot be sent.</exception>
    public async Task IdentifyAsync(IReadOnlyDictionary<string, object?> traits, string? userId, CancellationToken cancellationToken)
    {
        var scope = scopes.OfChange();
        var taken = EventRules.CheckTraits(traits, userId);
        if (userId is null && scope.IsOutside)
        {
            throw new ArgumentException(
                "userId must be given: no request or other capture scope is under way that names the user.", nameof(userId));
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
        await RecordAsync(
            scope, scope.Context.GroupId is null ? Locate(fact, scope, scopes.Principal) : fact, cancellationToken).ConfigureAwait(false);

        string? Reserved(string name) =>
            taken.TryGetValue(name, out var value) && value is JsonElement { ValueKind: JsonValueKind.String } text
                ? text.GetString()
                : null;
    }

    /// <summary>
    /// Returns the id of the user whose password Identity has verified or set in the request under way; <see langword="null"/> if there is
    /// none.
    /// </summary>
    public ValueTask<string?> PasswordOwnerAsync() => PasswordOwner.FindAsync(scopes.Request, diagnostics);

    /// <summary>
    /// Returns the event. A Signed In or Signed Up without a user is given the user whose password was checked in the request.
    /// </summary>
    public static LifecycleEvent Named(LifecycleEvent tracked, string? passwordOwner) =>
        tracked is SignedIn or SignedUp && tracked is { UserId: null } && passwordOwner is not null
            ? tracked with { UserId = passwordOwner }
            : tracked;

    /// <summary>
    /// Returns the fact of an event that the application tracks now in this scope. A session is one like any that is observed.
    /// </summary>
    /// <exception cref="ArgumentException">The event cannot be sent; the message names the member.</exception>
    public CapturedFact Describe(LifecycleEvent tracked, TrackingScope scope, ClaimsPrincipal? principal)
    {
        var checkedEvent = EventRules.Check(tracked);

        // The user of a trial's end is the one who started it.
        if (scope.IsOutside && tracked is { UserId: null, AnonymousId: null } and not TrialEnded)
        {
            throw EventRules.NoUser(tracked);
        }

        // The current user is seldom the one who is created: the user is decided at the scope's end.
        var userId = tracked.UserId ?? (tracked is SignedUp ? null : scope.PersonId) ?? string.Empty;
        var (key, at) = (MessageIds.Next(), time.GetUtcNow());
        var groupId = tracked.GroupId ?? scope.Context.GroupId;
        switch (checkedEvent)
        {
            case SignedIn signedIn:
                var begun =
                    new SignInSucceeded { Key = key, UserId = userId, At = at, GroupId = groupId, Profile = Profile.Empty, Tracked = signedIn };
                return sessions.DescribeTracked(scopes.Request, scope, begun, principal);
            case SignedOut signedOut:
                var ended = new SignOutSucceeded { Key = key, UserId = userId, At = at, GroupId = groupId, Tracked = signedOut };
                return sessions.DescribeTracked(scope, ended, principal);
            default:
                var fact = new EventTracked { Key = key, UserId = userId, At = at, Event = checkedEvent };
                return groupId is null
                    ? Locate(fact, scope, principal, tracked is SignedUp ? TenantResolutionMoment.SignUp : TenantResolutionMoment.Event)
                    : fact;
        }
    }

    private T Locate<T>(
        T fact, TrackingScope scope, ClaimsPrincipal? principal, TenantResolutionMoment moment = TenantResolutionMoment.Event)
        where T : CapturedFact => tenants.Locate(fact, moment, scope, principal);

    private async Task RecordAsync(TrackingScope scope, CapturedFact fact, CancellationToken cancellationToken)
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
