
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>
/// What a save changes of who is a member of what. Membership is a set: a user who is named as a member by two rows, of one table
/// or of several, is one, until the last of them is gone.
/// </summary>
internal sealed class MembershipChanges(SaveNotes notes) : INotedChange
{
    private readonly List<MembershipTouch> _touches = [];
    private readonly Dictionary<string, PersonTouch> _people = new(StringComparer.Ordinal);
    private readonly Dictionary<string, object> _keys = new(StringComparer.Ordinal);
    private readonly HashSet<string> _newcomers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _roles = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Membership>> _stored = new(StringComparer.Ordinal);
    private readonly HashSet<string> _excluded = new(StringComparer.Ordinal);

    public bool IsEmpty => _touches.Count == 0 && _people.Count == 0;

    /// <summary>Gets the keys of the users whose memberships in the database matter.</summary>
    public IReadOnlyCollection<object> KeysToLookUp => [.. _keys.Where(pair => !_newcomers.Contains(pair.Key)).Select(pair => pair.Value)];

    public void Touch(MembershipTouch touch)
    {
        _touches.Add(touch);
        var member = touch.Entry.Property(touch.Source.Member);
        if (!member.IsTemporary)
        {
            LookUp(member.CurrentValue);
            LookUp(member.OriginalValue);
        }
    }

    public void Touch(PersonTouch person, object? key)
    {
        if (KeyText.Of(key) is { } id)
        {
            _people[id] = person;
            LookUp(key);
        }
    }

    /// <summary>Asks for what the database says of a user before the save.</summary>
    public void LookUp(object? key)
    {
        if (KeyText.Of(key) is { } id)
        {
            _keys[id] = key!;
        }
    }

    /// <summary>A user who is added by this save has nothing in the database.</summary>
    public void Add(object? newcomer)
    {
        if (KeyText.Of(newcomer) is { } id)
        {
            _newcomers.Add(id);
        }
    }

    /// <summary>Takes what the database says of the users that were asked for.</summary>
    public void Learn(IEnumerable<object> keys, MembershipsFound found)
    {
        foreach (var key in keys)
        {
            _stored[KeyText.Of(key)!] = [];
        }

        foreach (var membership in found.Memberships)
        {
            if (_stored.TryGetValue(membership.MemberId, out var known))
            {
                known.Add(membership);
            }
        }

        foreach (var (memberId, role) in found.Roles.Distinct())
        {
            if (!_roles.TryAdd(memberId, [role]))
            {
                _roles[memberId].Add(role);
            }
        }

        // Some are of people who are left out.
        foreach (var (memberId, address) in found.Addresses)
        {
            if (notes.Options.Exclude.HasDomainOf(address))
            {
                _excluded.Add(memberId);
            }
        }
    }

    /// <summary>Returns the one account that a user is a member of after the save; several, or none, are none.</summary>
    public string? AccountOf(string memberId)
    {
        var after = Counts().Where(pair => pair.Key.MemberId == memberId && pair.Value.After > 0).Take(2).ToList();
        return after.Count == 1 ? after[0].Key.AccountId : null;
    }

    public IEnumerable<FoundChange> Read()
    {
        foreach (var (membership, (before, after)) in Counts())
        {
            if (before <= 0 && after > 0)
            {
                yield return Added(membership);
            }
            else if (before > 0 && after <= 0)
            {
                yield return Removed(membership);
            }
        }
    }

    // How many rows say so, before the save and after it.
    private Dictionary<Membership, (int Before, int After)> Counts()
    {
        var counts = new Dictionary<Membership, (int Before, int After)>();
        foreach (var membership in _stored.Values.SelectMany(stored => stored))
        {
            Count(membership, 1, 1);
        }

        foreach (var touch in _touches)
        {
            if (touch.Before is { } before)
            {
                // Of a user whom nobody could look up, what is tracked is all that is known.
                Count(before, _stored.ContainsKey(before.MemberId) ? 0 : 1, _stored.ContainsKey(before.MemberId) ? -1 : 0);
            }

            if (touch.After() is { } after)
            {
                Count(after, 0, 1);
            }
        }

        foreach (var (memberId, person) in _people)
        {
            var isThere = IsThere(person);
            foreach (var (membership, (before, after)) in counts.Where(pair => pair.Key.MemberId == memberId).ToList())
            {
                counts[membership] = (person.WasThere ? before : 0, isThere ? after : 0);
            }
        }

        return counts;

        void Count(Membership membership, int before, int after)
        {
            var known = counts.GetValueOrDefault(membership);
            counts[membership] = (known.Before + before, known.After + after);
        }
    }

    private FoundChange Added(Membership membership)
    {
        var touch = _touches.FindLast(touch => touch.After() == membership);
        var fact = new MemberAdded
        {
            Key = MessageIds.Next(),
            UserId = membership.MemberId,
            At = notes.Time.GetUtcNow(),
            GroupId = membership.AccountId,
            IsExcluded = _excluded.Contains(membership.MemberId),
            StoredRole = _roles.GetValueOrDefault(membership.MemberId) is [var stored] ? stored : null,
            Role = _touches.Where(touch => touch.After() == membership).Select(touch => touch.Source.RoleOf(touch.Entry)).FirstOrDefault(role => role is not null),
        };
        return touch is not null
            ? new FoundChange(fact, touch.Entry, row => touch.Says(row, membership))
            : Of(_people[membership.MemberId], fact, isThere: true);
    }

    private FoundChange Removed(Membership membership)
    {
        var fact = new MemberRemoved
        {
            Key = MessageIds.Next(),
            UserId = membership.MemberId,
            At = notes.Time.GetUtcNow(),
            GroupId = membership.AccountId,
            IsExcluded = _excluded.Contains(membership.MemberId),
        };
        return _people.TryGetValue(membership.MemberId, out var person) && !IsThere(person)
            ? Of(person, fact, isThere: false)
            : _touches.Find(touch => touch.Before == membership) is { } touch
                ? new FoundChange(fact, touch.Entry, row => !touch.Says(row, membership))
                : throw new InvalidOperationException("A membership ended without a row that says so.");
    }

    private static FoundChange Of(PersonTouch person, CapturedFact fact, bool isThere) =>
        new(fact, person.Entry, row => person.IsThere(row) == isThere);

    private static bool IsThere(PersonTouch person) => person.IsThere(EntityWatch.IsGone(person.Entry) ? null : person.Entry.CurrentValues);
}
