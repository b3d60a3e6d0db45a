using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>A sign-in or sign-out under way: what happened counts once the host's own call has succeeded.</summary>
internal sealed class SessionAttempt(HttpResponse response, TrackingScope scope, ScopeFact entry, string scheme)
{
    // Taken before the call: a bearer sign-in has started the response when it returns.
    private readonly StringValues _before = response.Headers.SetCookie;

    public string Scheme => scheme;

    /// <summary>Gets the scope that it happens in.</summary>
    public TrackingScope Scope => scope;

    /// <summary>Gets the name of what is attempted.</summary>
    public string Name => entry.Fact.EventName;

    /// <summary>Gets what is known of it so far.</summary>
    public CapturedFact Known => entry.Fact;

    /// <summary>Gets a value indicating whether who signed in is only known once the host's own call has succeeded.</summary>
    public bool IsIncomplete => entry is { IsProvenByResponse: false, Fact: SignInSucceeded };

    /// <summary>Puts what is known now in the place of what was known when it began.</summary>
    public void Complete(CapturedFact whole) => entry.Complete(whole);

    /// <summary>Returns whether its scope took it; a request that is over takes nothing.</summary>
    public bool Succeeded()
    {
        entry.ProveBy(_before, response.Headers.SetCookie);
        return scope.Confirm(entry, entry.Fact) || entry.IsProvenByResponse;
    }

    /// <summary>Returns whether it is no event now; a response that proved it has told of it already.</summary>
    public bool Failed() => scope.Remove(entry) || !entry.IsProvenByResponse;
}
