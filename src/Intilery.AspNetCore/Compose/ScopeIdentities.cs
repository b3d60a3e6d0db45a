
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>Who is who in a scope: who sits at the browser, who was invited by whom, and which account each user belongs to.</summary>
internal sealed class ScopeIdentities
{
    private readonly ScopeContext _scope;
    private readonly HashSet<string> _created = new(StringComparer.Ordinal);
    private readonly HashSet<string> _withoutPassword = new(StringComparer.Ordinal);
    private readonly HashSet<string> _signedUp = new(StringComparer.Ordinal);
    private readonly HashSet<string> _confirmed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _sessions = new(StringComparer.Ordinal);
    private readonly ILookup<string, string> _joined;
    private readonly Dictionary<string, string?> _joinedBy = new(StringComparer.Ordinal);
    private readonly ILookup<string, string> _roles;
    private readonly Dictionary<(string UserId, string GroupId), string?> _principalRoles = [];
    private readonly ILookup<string, SignedUp> _trackedSignUps;
    private readonly string? _account;
    private readonly HashSet<string> _guests;
    private readonly Dictionary<string, string?> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _deleted = new(StringComparer.Ordinal);
    private readonly HashSet<string> _deletedAccounts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _principals = new(StringComparer.Ordinal);

    private ScopeIdentities(ScopeContext scope, IReadOnlyList<ScopeFact> facts)
    {
        _scope = scope;
        var all = facts.Select(noted => noted.Fact).ToList();
        _joined = Joined(all).ToLookup(joined => joined.UserId, joined => joined.GroupId, StringComparer.Ordinal);
        _roles = all.OfType<RoleStored>().ToLookup(stored => stored.UserId, stored => stored.Role, StringComparer.Ordinal);
        _trackedSignUps = all.OfType<EventTracked>().Where(tracked => tracked.Event is SignedUp).ToLookup(tracked => tracked.UserId, tracked => (SignedUp)tracked.Event, StringComparer.Ordinal);
        _account = Only(all.OfType<EventTracked>().Where(tracked => tracked.Event is AccountCreated).Select(tracked => tracked.Event.GroupId));
        var made = all.OfType<EventTracked>().Where(tracked => tracked.Event is AccountCreated).Select(tracked => tracked.Event.GroupId).ToHashSet(StringComparer.Ordinal);
        _guests = GuestsIn(all.OfType<MemberAdded>().Where(added => added.JoinsExisting is not null && !made.Contains(added.GroupId)));
        foreach (var fact in all)
        {
            switch (fact)
            {
                case UserCreated or UserConfirmed:
                    _created.Add(fact.UserId);
                    if (fact is UserCreated { HasPassword: false })
                    {
                        _withoutPassword.Add(fact.UserId);
                    }

                    if (fact is UserConfirmed)
                    {
                        _confirmed.Add(fact.UserId);
                    }

                    if (fact is not UserCreated { AwaitsConfirmation: true })
                    {
                        _signedUp.Add(fact.UserId);
                    }

                    break;
                case SignInSucceeded signIn:
                    _sessions.Add(fact.UserId);
                    if (signIn.GroupId is { } group)
                    {
                        _principals[fact.UserId] = group;
                        _principalRoles[(fact.UserId, group)] = signIn.Role;
                    }

                    break;
                case SignOutSucceeded:
                    _sessions.Add(fact.UserId);
                    break;
                case UserDeleted:
                    _deleted.Add(fact.UserId);
                    break;
                case EventTracked { Event: AccountDeleted { GroupId: { } account } }:
                    _deletedAccounts.Add(account);
                    break;
                case AccountRenamed renamed:
                    _names[renamed.GroupId] = renamed.Name;
                    break;
            }
        }
    }

    public static ScopeIdentities Of(ScopeContext scope, IReadOnlyList<ScopeFact> facts) => new(scope, facts);

    /// <summary>Whether a fact is the application's own word on a sign-up that was seen too.</summary>
    public bool IsOfTrackedSignUp(CapturedFact fact) => fact is EventTracked { Event: SignedUp } && _signedUp.Contains(fact.UserId);

    /// <summary>Whether a membership is what somebody is identified by: not its end, where the user, or the account, is deleted in this scope.</summary>
    public bool IsIdentifying(CapturedFact fact) => fact switch
    {
        MemberAdded => true,
        MemberRemoved removed => !_deleted.Contains(removed.UserId) && !_deletedAccounts.Contains(removed.GroupId),
        _ => false,
    };

    /// <summary>Returns the creation of an account with the name that the account has at the end of the scope.</summary>
    public AccountCreated Named(AccountCreated created) =>
        created.GroupId is { } account && _names.TryGetValue(account, out var name) ? created with { AccountName = name } : created;

    /// <summary>Whether the user's address is confirmed in this scope.</summary>
    public bool IsConfirmed(string userId) => _confirmed.Contains(userId);

    /// <summary>Returns the application's own word on a user's sign-up, the last one; <see langword="null"/> if it has none.</summary>
    public SignedUp? TrackedSignUpOf(string userId) => _trackedSignUps[userId].LastOrDefault();

    /// <summary>
    /// Whether the user joins an account that was there before, as by a link in a mail; or another signed-in person or a machine made this user, and
    /// this scope does not also sign the new user in.
    /// </summary>
    public bool WasInvited(string userId) =>
        _guests.Contains(userId)
        || ((_scope.PersonId is { } person ? person != userId : IsByMachine(userId)) && !_sessions.Contains(userId));

    /// <summary>
    /// Returns the browser's context if this user sits at it: signed in before, being signed in or out, or registering while
    /// nobody is signed in. After a switch of user the browser's anonymous id still belongs to the one before.
    /// </summary>
    /// <param name="userId">The user; empty if there is none.</param>
    /// <param name="anonymousId">The id of the browser that an event names itself.</param>
    public BrowserContext? BrowserOf(string userId, string? anonymousId = null)
    {
        if (userId.Length == 0)
        {
            return _scope.Browser is { AnonymousId: not null } && _scope.Browser.AnonymousId == anonymousId ? _scope.Browser : null;
        }

        if (_scope.PersonId == userId)
        {
            return _scope.Browser;
        }

        if (_scope.PersonId is not null)
        {
            return _sessions.Contains(userId) && _scope.Browser is { } taken ? taken with { AnonymousId = null } : null;
        }

        // Several users made by one anonymous request are not all at its browser, and none whom a machine made is; the one who is, is signed in.
        var registers = !IsByMachine(userId) && _created.Contains(userId) && _created.Count == 1;
        return registers || _sessions.Contains(userId) ? _scope.Browser : null;
    }

    /// <summary>
    /// Returns the account of a fact: its own; else, for a session, the session's, and for all others the one account that
    /// the user joined or that was created in this scope; else the tenant of who was at work.
    /// </summary>
    public string? GroupOf(CapturedFact fact) => fact switch
    {
        SignInSucceeded signIn => signIn.GroupId,
        SignOutSucceeded signOut => signOut.GroupId,
        MemberAdded added => added.GroupId,
        MemberRemoved removed => removed.GroupId,
        UserCreated or UserConfirmed when TrackedSignUpOf(fact.UserId)?.GroupId is { } tracked => tracked,
        UserConfirmed { GroupId: { } account } => account,
        EventTracked { Event.GroupId: { } named } => named,
        EventTracked { Event: AccountCreated } => JoinedBy(fact.UserId),
        EventTracked tracked => JoinedBy(fact.UserId) ?? _account ?? tracked.TenantId ?? PrincipalsOf(fact.UserId) ?? _scope.GroupId,
        UserCreated created => JoinedBy(fact.UserId) ?? _scope.GroupId ?? created.TenantId ?? PrincipalsOf(fact.UserId),
        UserIdentified identified => JoinedBy(fact.UserId) ?? identified.TenantId ?? PrincipalsOf(fact.UserId) ?? _scope.GroupId,
        _ => JoinedBy(fact.UserId) ?? PrincipalsOf(fact.UserId) ?? _scope.GroupId,
    };

    /// <summary>Returns the role in which a user was added: the membership's own, or the one that the user's claims name.</summary>
    public string? RoleOf(MemberAdded added) =>
        added.Role ?? Only(_roles[added.UserId]) ?? _principalRoles.GetValueOrDefault((added.UserId, added.GroupId)) ?? added.StoredRole;

    // What an account was before the scope, the first look at it in the scope has shown: after it, the others who join are members too.
    private static HashSet<string> GuestsIn(IEnumerable<MemberAdded> newUsers) => newUsers
        .GroupBy(added => added.GroupId, StringComparer.Ordinal)
        .Where(account => account.First().JoinsExisting == true)
        .SelectMany(account => account.Select(added => added.UserId))
        .ToHashSet(StringComparer.Ordinal);

    // A creator is in what they create.
    private static IEnumerable<(string UserId, string GroupId)> Joined(IEnumerable<CapturedFact> facts)
    {
        foreach (var fact in facts)
        {
            if (fact is MemberAdded joined)
            {
                yield return (joined.UserId, joined.GroupId);
            }
            else if (fact is EventTracked { Event: AccountCreated or AccountAddedUser, Event.GroupId: { } group })
            {
                yield return (fact.UserId, group);
            }
        }
    }

    private static string? Only(IEnumerable<string?> groups)
    {
        var two = groups.OfType<string>().Distinct(StringComparer.Ordinal).Take(2).ToList();
        return two.Count == 1 ? two[0] : null;
    }

    // A script that gives the new user no password, as a webhook does, is not that user's own.
    private bool IsByMachine(string userId) => _scope.HasUnnamedActor || (_scope.IsByScript && _withoutPassword.Contains(userId));

    private string? JoinedBy(string userId)
    {
        if (!_joinedBy.TryGetValue(userId, out var only))
        {
            _joinedBy.Add(userId, only = Only(_joined[userId]));
        }

        return only;
    }

    private string? PrincipalsOf(string userId) => _principals.GetValueOrDefault(userId);
}
