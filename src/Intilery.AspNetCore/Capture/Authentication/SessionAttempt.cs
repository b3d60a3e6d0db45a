using System.Security.Claims;
using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>A pending sign-in or sign-out. It counts once the application's call has succeeded.</summary>
/// <param name="response">The response.</param>
/// <param name="scheme">The scheme.</param>
/// <param name="eventName">The name of the event that it may become.</param>
internal sealed class SessionAttempt(HttpResponse response, TrackedScheme scheme, string eventName)
{
    private TrackingScope? _scope;
    private ScopeFact? _entry;

    public TrackedScheme Scheme => scheme;

    public string EventName => eventName;

    /// <summary>Gets the principal of a sign-in, as the caller gave it.</summary>
    public ClaimsPrincipal Principal { get; init; } = new();

    /// <summary>Gets the ticket of the session that the scheme had before a sign-in.</summary>
    public AuthenticationTicket? Previous { get; init; }

    /// <summary>Gets the date of issue that a sign-in was called with; the handler sets one if there is none.</summary>
    public DateTimeOffset? Issued { get; init; }

    /// <summary>Gets a value indicating whether a sign-in was called by the handler of a remote login.</summary>
    public bool IsRemote { get; init; }

    /// <summary>Gets the cookies that were on the response before: a bearer sign-in has started the response when it returns.</summary>
    public StringValues CookiesBefore { get; } = response.Headers.SetCookie;

    /// <summary>Gets a value indicating whether it is in its scope; a cookie's principal is only known once it has been written.</summary>
    public bool IsAdded => _entry is not null;

    /// <summary>Adds what happens to its scope. Returns whether the scope took it.</summary>
    public bool TryAdd(TrackingScope scope, ScopeFact entry)
    {
        if (!scope.TryAdd(entry))
        {
            return false;
        }

        (_scope, _entry) = (scope, entry);
        return true;
    }

    /// <summary>Confirms that it has succeeded. Returns whether the scope still has it; one that is over takes nothing.</summary>
    public bool Succeeded()
    {
        _entry!.ProveBy(CookiesBefore, response.Headers.SetCookie);
        return _scope!.Confirm(_entry, _entry.Fact) || _entry.IsProvenByResponse;
    }

    /// <summary>Withdraws it. Returns <see langword="false"/> if the response has already proved it, so that it stays an event.</summary>
    public bool Failed() => _entry is null || _scope!.Remove(_entry) || !_entry.IsProvenByResponse;

    /// <summary>
    /// Replaces what is known of this sign-in, if a later one of its request issues its session anew, and the scope still has it.
    /// </summary>
    public void Replace(string schemeName, string userId, Func<TrackingScope, SignInSucceeded, SignInSucceeded> describe)
    {
        if (_entry is { IsHeld: true, IsProvenByResponse: false, Fact: SignInSucceeded signIn }
            && scheme.Name == schemeName
            && signIn.UserId == userId)
        {
            _entry.ProveBy(CookiesBefore, response.Headers.SetCookie);
            _scope!.Confirm(_entry, describe(_scope, signIn));
        }
    }
}
