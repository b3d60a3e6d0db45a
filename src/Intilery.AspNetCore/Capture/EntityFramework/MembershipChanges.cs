using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>A row of a source that a save adds, changes or deletes.</summary>
/// <param name="Source">The source.</param>
/// <param name="Row">The row.</param>
/// <param name="Before">The membership in the database before the save.</param>
internal sealed record MembershipRowChange(MembershipSource Source, ChangedRow Row, Membership? Before)
{
    /// <summary>Returns the membership after the save.</summary>
    public Membership? After() => Source.Read(Row.After);

    public bool Says(PropertyValues? row, Membership membership) => Source.Read(row) == membership;
}

/// <summary>A user whom a save deletes, by deleting the row or by marking it, or brings back.</summary>
/// <param name="Row">The user.</param>
/// <param name="WasThere">Whether the user was there before.</param>
/// <param name="Includes">Whether a row is one of a user who is there.</param>
internal sealed record UserRowChange(ChangedRow Row, bool WasThere, Func<PropertyValues?, bool> Includes)
{
    /// <summary>Gets a value indicating whether the user is there after the save.</summary>
    public bool IsThere => Includes(Row.After);
}

/// <summary>
/// What a save changes of who is a member of what. Membership is a set: a user who is named as a member by two rows, of one table
/// or of several, is one, until the last of them is gone.
/// </summary>
internal sealed class MembershipChanges(PendingSave save) : ISavedChangeSource
{
    private readonly List<MembershipRowChange> _rows = [];
    private readonly Dictionary<string, UserRowChange> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, object> _keys = new(StringComparer.Ordinal);
    private readonly HashSet<string> _created = new(StringComparer.Ordinal);
    private readonly List<(ChangedRow Row, IProperty Key)> _generated = [];
    private readonly Dictionary<string, List<string>> _roles = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Membership>> _stored = new(StringComparer.Ordinal);
    private readonly HashSet<string> _excluded = new(StringComparer.Ordinal);
    private readonly HashSet<string> _made = new(StringComparer.Ordinal);

    // Of accounts whose id is text in one table and a key in another, what the database takes as the same is.
    private readonly HashSet<string> _existing = new(StringComparer.OrdinalIgnoreCase);
    private bool? _knowsAccounts;
    private Counts _counts = new(0);

    public bool IsEmpty => _rows.Count == 0 && _users.Count == 0;

    /// <summary>Gets the keys of the users whose memberships in the database matter. A user whom this save adds has none.</summary>
    public IReadOnlyCollection<object> KeysToLookUp => [.. _keys.Where(pair => !_created.Contains(pair.Key)).Select(pair => pair.Value)];

    public void Add(MembershipRowChange change)
    {
        _rows.Add(change);
        var member = change.Row.Entry.Property(change.Source.Member);
        if (!member.IsTemporary)
        {
            LookUp(member.CurrentValue);
        }

        LookUp(change.Row.Before?[change.Source.Member]);
    }

    public void Add(UserRowChange change, object? key)
    {
        if (KeyText.Of(key) is { } id)
        {
            _users[id] = change;
            LookUp(key);
        }
    }

    /// <summary>Asks for the memberships of a user before the save.</summary>
    public void LookUp(object? key)
    {
        if (KeyText.Of(key) is { } id)
        {
            _keys[id] = key!;
        }
    }

    /// <summary>Notes a user whom this save adds.</summary>
    public void AddCreated(ChangedRow row, IProperty key)
    {
        if (row.Entry.Property(key).IsTemporary)
        {
            _generated.Add((row, key));
        }
        else if (KeyText.Of(row.Entry.CurrentValues[key]) is { } id)
        {
            _created.Add(id);
        }
    }

    /// <summary>Notes an account that this save adds.</summary>
    public void AddMade(string account) => _made.Add(account);

    /// <summary>
    /// Returns the accounts that users join whom this save or its scope adds, and of which it is not known that they are there: whether
    /// such a user was invited hangs on it.
    /// </summary>
    public IReadOnlyCollection<string> AccountsToLookUp()
    {
        // Users who are saved outside of any scope do not sign up.
        if (save.Scope is { IsOutside: true })
        {
            return [];
        }

        HashSet<string>? joined = null;
        foreach (var change in _rows)
        {
            if (IsOfNewUser(change) && change.After() is { AccountId: var account } && !IsMade(account) && !_existing.Contains(account))
            {
                (joined ??= new(StringComparer.Ordinal)).Add(account);
            }
        }

        return joined ?? (IReadOnlyCollection<string>)[];
    }

    /// <summary>The database has been asked which of these accounts are there.</summary>
    /// <param name="existing">Those that are.</param>
    /// <param name="isComplete">Whether the others are known not to be.</param>
    public void FoundAccounts(IEnumerable<string> existing, bool isComplete)
    {
        _existing.UnionWith(existing);
        _knowsAccounts = _knowsAccounts != false && isComplete;
    }

    /// <summary>Notes that the memberships of some users were read.</summary>
    public void LookedUp(IEnumerable<object> keys)
    {
        foreach (var key in keys)
        {
            _stored[KeyText.Of(key)!] = [];
        }
    }

    /// <summary>Takes a row that the database has of them.</summary>
    public void Store(MembershipSource source, object?[] row)
    {
        if (source.Read(row) is not var (userId, value))
        {
            return;
        }

        switch (source.Subject)
        {
            case SourceSubject.Account when _stored.TryGetValue(userId, out var known):
                known.Add(new Membership(userId, value));
                break;
            case SourceSubject.Role when !_roles.TryAdd(userId, [value]) && !_roles[userId].Contains(value):
                _roles[userId].Add(value);
                break;
            case SourceSubject.Address when save.Options.Exclude.HasDomainOf(value):
                _excluded.Add(userId);
                break;
        }
    }

    /// <summary>Counts the rows of each membership, before the save and after it, once it is known what the save has written.</summary>
    public void Count()
    {
        _created.UnionWith(_generated.Select(created => KeyText.Of(created.Row.Entry.CurrentValues[created.Key])).OfType<string>());
        var counts = new Counts(_rows.Count);
        foreach (var membership in _stored.Values.SelectMany(stored => stored))
        {
            counts.Add(membership, 1, 1);
        }

        foreach (var change in _rows)
        {
            if (change.Before is { } before)
            {
                // For a user who could not be looked up, the tracked entities are all that is known.
                var isStored = _stored.ContainsKey(before.MemberId);
                counts.Add(before, isStored ? 0 : 1, isStored ? -1 : 0);
                counts.Ended.TryAdd(before, change);
            }

            if (change.After() is { } after)
            {
                counts.Add(after, 0, 1);
                counts.Begun[after] = change;
                if (!counts.Roles.ContainsKey(after) && change.Source.RoleOf(change.Row.Entry) is { } role)
                {
                    counts.Roles.Add(after, role);
                }
            }
        }

        foreach (var (userId, change) in _users)
        {
            counts.Restrict(userId, change.WasThere, change.IsThere);
        }

        _counts = counts;
    }

    /// <summary>Returns the one account that a user is a member of after the save; <see langword="null"/> of several or none.</summary>
    public string? AccountOf(string userId) => _counts.AccountsOf(userId).Take(2).ToList() is [var only] ? only : null;

    public IEnumerable<FoundChange> Read()
    {
        foreach (var (membership, (before, after)) in _counts.All)
        {
            if (before <= 0 && after > 0)
            {
                yield return Added(membership);
            }
            else if (before > 0 && after <= 0 && Removed(membership) is { } removed)
            {
                yield return removed;
            }
        }
    }

    private FoundChange Added(Membership membership)
    {
        var fact = new MemberAdded
        {
            Key = MessageIds.Next(),
            UserId = membership.MemberId,
            At = save.Time.GetUtcNow(),
            GroupId = membership.AccountId,
            IsExcluded = _excluded.Contains(membership.MemberId),
            StoredRole = _roles.GetValueOrDefault(membership.MemberId) is [var stored] ? stored : null,
            Role = _counts.Roles.GetValueOrDefault(membership),
            JoinsExisting = JoinsExisting(membership),
            Profile = ProfileOf(membership.MemberId),
        };
        return _counts.Begun.TryGetValue(membership, out var change)
            ? new FoundChange(fact, change.Row.Entry, row => change.Says(row, membership))
            : Of(_users[membership.MemberId], fact, isThere: true);
    }

    // Of a tracked user only; a new user's profile is part of the sign-up, if there is one.
    private Profile? ProfileOf(string userId)
    {
        if (!save.Options.Identify || (IsNew(userId) && save.Scope is not { IsOutside: true }))
        {
            return null;
        }

        foreach (var users in save.Model.Users)
        {
            if (save.Tracked(
                users.Type,
                users.Key,
                KeyText.Parse(userId, users.Key.ClrType)) is { State: not (EntityState.Detached or EntityState.Deleted) } entry)
            {
                return users.Properties.Read(entry).Only(users.Properties.Visible(save.Options.Privacy));
            }
        }

        return null;
    }

    // An account that this save or its scope adds is new: it has no earlier members.
    private bool? JoinsExisting(Membership membership) =>
        !IsNew(membership.MemberId) || IsMade(membership.AccountId) ? null
        : _existing.Contains(membership.AccountId) ? true
        : _knowsAccounts == true ? false
        : null;

    // A key that the database generates is of a user whom this save adds. An account that has none yet is new.
    private bool IsOfNewUser(MembershipRowChange change) =>
        !IsTemporary(change, change.Source.Account)
        && (IsTemporary(change, change.Source.Member) || (change.After() is { } after && IsNew(after.MemberId)));

    private bool IsMade(string account) => _made.Contains(account) || save.Scope?.HasCreatedAccount(account) == true;

    private bool IsNew(string userId) => _created.Contains(userId) || save.Scope?.HasCreatedUser(userId) == true;

    private static bool IsTemporary(MembershipRowChange change, IProperty column) =>
        column.DeclaringType is IEntityType && !change.Row.IsDeleted && change.Row.Entry.Property(column).IsTemporary;

    private FoundChange? Removed(Membership membership)
    {
        var fact = new MemberRemoved
        {
            Key = MessageIds.Next(),
            UserId = membership.MemberId,
            At = save.Time.GetUtcNow(),
            GroupId = membership.AccountId,
            IsExcluded = _excluded.Contains(membership.MemberId),
        };
        return _users.TryGetValue(membership.MemberId, out var user) && !user.IsThere ? Of(user, fact, isThere: false)
            : _counts.Ended.TryGetValue(membership, out var change) ? new FoundChange(
                fact, change.Row.Entry, row => !change.Says(row, membership))
            : null;
    }

    private static FoundChange Of(UserRowChange user, CapturedFact fact, bool isThere) =>
        new(fact, user.Row.Entry, row => user.Includes(row) == isThere);

    private sealed class Counts(int rows)
    {
        private readonly Dictionary<Membership, (int Before, int After)> _counts = new(rows);
        private ILookup<string, Membership>? _byUser;

        // Hardly ever asked for: deletions and confirmations of users do.
        private ILookup<string, Membership> ByUser =>
            _byUser ??= _counts.Keys.ToLookup(membership => membership.MemberId, StringComparer.Ordinal);

        public IEnumerable<KeyValuePair<Membership, (int Before, int After)>> All => _counts;

        /// <summary>Gets the last row that begins each membership.</summary>
        public Dictionary<Membership, MembershipRowChange> Begun { get; } = [];

        /// <summary>Gets the first row that ends each membership.</summary>
        public Dictionary<Membership, MembershipRowChange> Ended { get; } = [];

        /// <summary>Gets the first role that a row gives each membership.</summary>
        public Dictionary<Membership, string> Roles { get; } = [];

        public void Add(Membership membership, int before, int after)
        {
            var known = _counts.GetValueOrDefault(membership);
            _counts[membership] = (known.Before + before, known.After + after);
            _byUser = null;
        }

        /// <summary>A user who is not there is a member of nothing.</summary>
        public void Restrict(string userId, bool wasThere, bool isThere)
        {
            foreach (var membership in ByUser[userId])
            {
                var (before, after) = _counts[membership];
                _counts[membership] = (wasThere ? before : 0, isThere ? after : 0);
            }
        }

        public IEnumerable<string> AccountsOf(string userId) =>
            ByUser[userId].Where(membership => _counts[membership].After > 0).Select(membership => membership.AccountId);
    }
}
