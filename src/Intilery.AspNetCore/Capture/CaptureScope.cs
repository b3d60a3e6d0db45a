using Intilery.AspNetCore.Enrich.Happenings;

namespace Intilery.AspNetCore.Capture;

/// <summary>
/// The unit of capture: what happened within one request, in order. Open until it is sealed; taken from, part by part, as it settles.
/// An object of its own, because a server uses its <c>HttpContext</c> again for the next request.
/// </summary>
internal sealed class CaptureScope(ScopeFacts facts)
{
    private readonly Lock _gate = new();
    private volatile ScopeFacts _facts = facts;
    private List<ScopeEntry> _entries = [];
    private bool _isSealed;

    public ScopeFacts Facts => _facts;

    /// <summary>Lets the browser be nobody's: the person at it acts in somebody else's name.</summary>
    public void WithholdBrowser() => _facts = _facts with { Browser = null };

    /// <summary>Gets a value indicating whether it is a request's; if not, it is of one change alone.</summary>
    public bool IsOfRequest { get; init; } = true;

    /// <summary>Gets a value indicating whether more can join it.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_gate)
            {
                return !_isSealed;
            }
        }
    }

    /// <summary>Makes a scope for one change that nothing else can join.</summary>
    public static CaptureScope Alone(ScopeFacts facts, bool isOfRequest) => new(facts) { IsOfRequest = isOfRequest, _isSealed = true };

    /// <summary>Adds an entry, unless the scope is sealed: what comes later is a scope of its own.</summary>
    public bool TryAdd(ScopeEntry entry)
    {
        lock (_gate)
        {
            if (_isSealed)
            {
                return false;
            }

            _entries.Add(entry);
            return true;
        }
    }

    /// <summary>Confirms that an entry has succeeded, with what is known of it only then; returns whether it is still here.</summary>
    public bool Confirm(ScopeEntry entry, Happening whole)
    {
        lock (_gate)
        {
            entry.Complete(whole);
            entry.IsConfirmed = true;
            return _entries.Contains(entry);
        }
    }

    /// <summary>Takes back an entry that has failed; returns whether it was still here.</summary>
    public bool Remove(ScopeEntry entry)
    {
        lock (_gate)
        {
            return _entries.Remove(entry);
        }
    }

    /// <summary>Takes what has succeeded so far. What is still under way stays, unless the scope is sealed by this.</summary>
    public IReadOnlyList<ScopeEntry> Take(bool seal)
    {
        lock (_gate)
        {
            _isSealed |= seal;
            var taken = _entries.FindAll(entry => entry.IsConfirmed || entry.IsLeftToOutbox || (!seal && entry.IsProvenByResponse));
            _entries = seal ? [] : _entries.FindAll(entry => !taken.Contains(entry));
            return taken;
        }
    }
}
