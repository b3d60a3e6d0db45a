using System.Data.Common;
using Microsoft.Extensions.Primitives;

namespace Intilery.AspNetCore.Scopes;

/// <summary>One fact in a scope, from its attempt to its proof.</summary>
internal sealed class ScopeEntry(CapturedFact fact)
{
    private string[] _cookies = [];

    /// <summary>Gets what happened, as far as it is known: a cookie's principal is final only once it is written.</summary>
    public CapturedFact Fact { get; private set; } = fact;

    public long? IntentId { get; init; }

    /// <summary>Gets or sets a value indicating whether it is in its scope: added, and neither taken nor removed. The scope's to set, under its lock.</summary>
    public bool IsHeld { get; set; }

    /// <summary>Gets or sets a value indicating whether the host's own code has succeeded.</summary>
    public bool IsConfirmed { get; set; }

    /// <summary>
    /// Gets a value indicating whether the response itself proves success: a bearer token is written by the very call that starts
    /// the response, so there is no later moment.
    /// </summary>
    public bool IsProvenByResponse { get; init; }

    /// <summary>Gets the transaction that the change was saved in, while nobody has said how it ended.</summary>
    public DbTransaction? Transaction { get; init; }

    /// <summary>Gets or sets a value indicating whether the transaction has ended, although nobody said how.</summary>
    public bool HasTransactionEnded { get; set; }

    /// <summary>
    /// Gets a value indicating whether the outbox decides: the transaction has ended without a word, as one does that was committed
    /// behind EF Core's back or disposed, and the intent is there only if it was committed.
    /// </summary>
    public bool IsLeftToOutbox => IntentId is not null && HasEndedUnheard;

    /// <summary>Gets a value indicating whether the transaction has ended, and nobody said how.</summary>
    public bool HasEndedUnheard => Transaction is not null && (HasTransactionEnded || TransactionEnd.IsOver(Transaction));

    /// <summary>Gets a value indicating whether it is no event, for a reason already given, and still to be told to the browser.</summary>
    public bool IsForBrowserAlone { get; init; }

    /// <summary>Gets a value indicating whether the fact added cookies to the response, as a browser's session does.</summary>
    public bool IsOfCookies => _cookies.Length > 0;

    /// <summary>Puts the whole fact in the place of what was known when it began.</summary>
    public void Complete(CapturedFact whole) => Fact = whole;

    /// <summary>Remembers the cookies that the fact added to the response.</summary>
    public void ProveBy(StringValues before, StringValues after) =>
        _cookies = [.. after.OfType<string>().Except(before.OfType<string>()).Select(line => NameAndValue(line).ToString())];

    /// <summary>Whether the response no longer carries any of the fact's cookies, as after an exception handler's clearing.</summary>
    public bool IsWithdrawn(StringValues setCookie) => _cookies.Length > 0 && !IsOn(setCookie);

    /// <summary>
    /// Whether this step of the same user still stands: a sign-out takes the cookie of the sign-in before it off the response, which
    /// is no withdrawal.
    /// </summary>
    public bool Supersedes(ScopeEntry earlier, StringValues setCookie) =>
        Fact.UserId == earlier.Fact.UserId && IsOn(setCookie);

    // Middleware of the host may add attributes to the line (Partitioned, SameSite); the cookie is still the same.
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
            foreach (var cookie in _cookies)
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
