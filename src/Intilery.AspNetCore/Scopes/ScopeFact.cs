using Microsoft.Extensions.Primitives;

namespace Intilery.AspNetCore.Scopes;

/// <summary>Whether a fact is decided: its transaction has committed or was rolled back.</summary>
internal enum FactState
{
    /// <summary>Undecided: the call that is captured, or the transaction of the fact, has not ended yet.</summary>
    Attempted,

    /// <summary>It happened.</summary>
    Confirmed,

    /// <summary>Its transaction was rolled back.</summary>
    RolledBack,
}

/// <summary>Looks up whether the database still contains what a fact was saved as.</summary>
internal interface IStoredFact
{
    bool IsStored();

    ValueTask<bool> IsStoredAsync(CancellationToken cancellationToken);
}

/// <summary>Questions to the facts of a scope.</summary>
internal static class ScopeFacts
{
    public static bool Have(this IReadOnlyList<ScopeFact> facts, Func<CapturedFact, bool> predicate)
    {
        for (var i = 0; i < facts.Count; i++)
        {
            if (predicate(facts[i].Fact))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>A fact from its capture to its composition, and whether it is decided.</summary>
internal sealed class ScopeFact(CapturedFact fact, long? intentId = null)
{
    private string[]? _cookies;

    /// <summary>Gets the fact as known so far: a cookie's principal is final only once the cookie is written.</summary>
    public CapturedFact Fact { get; private set; } = fact;

    /// <summary>Gets or sets the id of the intent that was written for it; <see langword="null"/> if none was.</summary>
    public long? IntentId { get; set; } = intentId;

    /// <summary>Gets or sets the scope that it happened in; <see langword="null"/> for one that another process captured.</summary>
    public TrackingScope? Scope { get; set; }

    public FactState State { get; set; }

    /// <summary>
    /// Gets or sets a value indicating whether its scope holds it: added, and not taken or removed. Set by the scope, under its lock.
    /// </summary>
    public bool IsHeld { get; set; }

    /// <summary>
    /// Gets a value indicating whether the response itself proves success: a bearer token is written by the call that starts the response,
    /// so there is no later moment.
    /// </summary>
    public bool IsProvenByResponse { get; init; }

    /// <summary>
    /// Gets a value indicating whether it becomes no event, for a reason already counted, and only changes the browser's markers.
    /// </summary>
    public bool IsForBrowserAlone { get; init; }

    /// <summary>Gets or sets the transaction that it was saved in; <see langword="null"/> if it depends on none.</summary>
    public TrackedTransaction? Transaction { get; set; }

    /// <summary>Gets the lookup of its row after a rollback to a savepoint; <see langword="null"/> if no row proves it.</summary>
    public IStoredFact? Row { get; init; }

    /// <summary>
    /// Gets a value indicating whether its transaction has ended without a callback: it was disposed, or committed behind EF Core's back.
    /// </summary>
    public bool HasUnknownOutcome => State == FactState.Attempted && Transaction?.IsOver == true;

    /// <summary>Gets a value indicating whether it depends on a transaction that is still open.</summary>
    public bool IsPending => State == FactState.Attempted && Transaction?.IsOver == false;

    /// <summary>Gets a value indicating whether it added cookies to the response, as a browser's session does.</summary>
    public bool HasCookies => _cookies is { Length: > 0 };

    /// <summary>Gets or sets a value indicating whether the response that carries its cookies has begun.</summary>
    public bool IsOnResponse { get; set; }

    /// <summary>Returns another version of the fact, with the same intent.</summary>
    public ScopeFact With(CapturedFact other) => new(other, IntentId) { Scope = Scope, State = State };

    /// <summary>Replaces the fact by its final version.</summary>
    public void Complete(CapturedFact whole) => Fact = whole;

    /// <summary>Records the cookies that the fact added to the response.</summary>
    public void ProveBy(StringValues before, StringValues after) =>
        _cookies = [.. after.OfType<string>().Except(before.OfType<string>()).Select(line => NameAndValue(line).ToString())];

    /// <summary>
    /// Returns whether the response no longer carries any of the fact's cookies, as after an exception handler clears it.
    /// </summary>
    public bool IsWithdrawn(StringValues setCookie) => HasCookies && !IsOn(setCookie);

    /// <summary>
    /// Returns whether this later step of the same user still stands: a sign-out takes the cookie of the sign-in before it off the
    /// response, which does not withdraw the sign-in.
    /// </summary>
    public bool Supersedes(ScopeFact earlier, StringValues setCookie) => Fact.UserId == earlier.Fact.UserId && IsOn(setCookie);

    // Middleware may add attributes to the line (Partitioned, SameSite); the cookie is still the same.
    private static ReadOnlySpan<char> NameAndValue(string? line)
    {
        var text = line.AsSpan();
        var end = text.IndexOf(';');
        return (end < 0 ? text : text[..end]).Trim();
    }

    private bool IsOn(StringValues setCookie)
    {
        foreach (var line in setCookie)
        {
            foreach (var cookie in _cookies ?? [])
            {
                if (NameAndValue(line).SequenceEqual(cookie))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
