using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>Who is who in a scope: who sits at the browser, who was invited by whom, and which account each user belongs to.</summary>
internal sealed class ScopeIdentities
{
    private readonly ScopeContext _scope;
    private readonly IReadOnlyList<ScopeFact> _facts;

    // Nearly all scopes hold one or two facts: none of these is made before something is in it, or asks for it.
    private readonly HashSet<string>? _created;
    private readonly HashSet<string>? _withoutPassword;
    private readonly HashSet<string>? _signedUp;
    private readonly HashSet<string>? _confirmed;
    private readonly HashSet<string>? _sessions;
    private readonly HashSet<string>? _deleted;
    private readonly HashSet<string>? _deletedAccounts;
    private readonly Dictionary<string, string?>? _names;
    private readonly Dictionary<string, string>? _principals;
    private readonly Dictionary<(string UserId, string GroupId), string?>? _principalRoles;
    private Dictionary<string, string?>? _joinedBy;

    private ScopeIdentities(ScopeContext scope, IReadOnlyList<ScopeFact> facts)
    {
        (_scope, _facts) = (scope, facts);
        foreach (var noted in facts)
        {
            var fact = noted.Fact;
            switch (fact)
            {
                case UserCreated or UserConfirmed:
                    (_created ??= new(StringComparer.Ordinal)).Add(fact.UserId);
                    if (fact is UserCreated { HasPassword: false })
                    {
                        (_withoutPassword ??= new(StringComparer.Ordinal)).Add(fact.UserId);
                    }

                    if (fact is UserConfirmed)
                    {
                        (_confirmed ??= new(StringComparer.Ordinal)).Add(fact.UserId);
                    }

                    if (fact is not UserCreated { AwaitsConfirmation: true })
                    {
                        (_signedUp ??= new(StringComparer.Ordinal)).Add(fact.UserId);
                    }

                    break;
                case SignInSucceeded signIn:
                    (_sessions ??= new(StringComparer.Ordinal)).Add(fact.UserId);
                    if (signIn.GroupId is { } group)
                    {
                        (_principals ??= new(StringComparer.Ordinal))[fact.UserId] = group;
                        (_principalRoles ??= [])[(fact.UserId, group)] = signIn.Role;
                    }

                    break;
                case SignOutSucceeded:
                    (_sessions ??= new(StringComparer.Ordinal)).Add(fact.UserId);
                    break;
                case UserDeleted:
                    (_deleted ??= new(StringComparer.Ordinal)).Add(fact.UserId);
                    break;
                case EventTracked { Event: AccountDeleted { GroupId: { } account } }:
                    (_deletedAccounts ??= new(StringComparer.Ordinal)).Add(account);
                    break;
                case AccountRenamed renamed:
                    (_names ??= new(StringComparer.Ordinal))[renamed.GroupId] = renamed.Name;
                    break;
            }
        }
    }

    private IEnumerable<CapturedFact> Facts => _facts.Select(noted => noted.Fact);

    private HashSet<string?> CreatedAccounts => field ??= Facts.OfType<EventTracked>().Where(tracked => tracked.Event is AccountCreated)
        .Select(tracked => tracked.Event.GroupId).ToHashSet(StringComparer.Ordinal);

    private ILookup<string, string> JoinedAccounts =>
        field ??= Joined(Facts).ToLookup(joined => joined.UserId, joined => joined.GroupId, StringComparer.Ordinal);

    private ILookup<string, string> StoredRoles =>
        field ??= Facts.OfType<RoleStored>().ToLookup(stored => stored.UserId, stored => stored.Role, StringComparer.Ordinal);

    private ILookup<string, SignedUp> TrackedSignUps => field ??= Facts.OfType<EventTracked>().Where(tracked => tracked.Event is SignedUp)
        .ToLookup(tracked => tracked.UserId, tracked => (SignedUp)tracked.Event, StringComparer.Ordinal);

    private HashSet<string> Guests =>
        field ??= GuestsIn(
            Facts.OfType<MemberAdded>().Where(added => added.JoinsExisting is not null && !CreatedAccounts.Contains(added.GroupId)));

    public static ScopeIdentities Of(ScopeContext scope, IReadOnlyList<ScopeFact> facts) => new(scope, facts);

    /// <summary>Whether a fact is the application's own word on a sign-up that was seen too.</summary>
    public bool IsOfTrackedSignUp(CapturedFact fact) =>
        fact is EventTracked { Event: SignedUp } && _signedUp?.Contains(fact.UserId) == true;

    /// <summary>Whether a membership identifies its user: not its end, where the user, or the account, is deleted in this scope.</summary>
    public bool IsIdentifying(CapturedFact fact) => fact switch
    {
        MemberAdded => true,
        MemberRemoved removed => IsLeft(removed.UserId, removed.GroupId),
        EventTracked { Event: AccountAddedUser } => fact.UserId.Length > 0,
        EventTracked { Event: AccountRemovedUser removed } => fact.UserId.Length > 0 && IsLeft(fact.UserId, removed.GroupId),
        _ => false,
    };

    /// <summary>Returns the creation of an account with the name that the account has at the end of the scope.</summary>
    public AccountCreated Named(AccountCreated created) =>
        _names is not null && created.GroupId is { } account && _names.TryGetValue(account, out var name)
            ? created with { AccountName = name }
            : created;

    /// <summary>Whether the user's address is confirmed in this scope.</summary>
    public bool IsConfirmed(string userId) => _confirmed?.Contains(userId) == true;

    /// <summary>Returns the application's own word on a user's sign-up, the last one; <see langword="null"/> if it has none.</summary>
    public SignedUp? TrackedSignUpOf(string userId) => TrackedSignUps[userId].LastOrDefault();

    /// <summary>
    /// Whether the user joins an account that was there before, as by a link in a mail; or another signed-in person or a machine made this
    /// user, and this scope does not also sign the new user in.
    /// </summary>
    public bool WasInvited(string userId) =>
        Guests.Contains(userId)
        || ((_scope.PersonId is { } person ? person != userId : IsByMachine(userId)) && _sessions?.Contains(userId) != true);

    /// <summary>
    /// Returns the browser's context if this user sits at it: signed in before, being signed in or out, or registering while
    /// no user is signed in. After a switch of user the browser's anonymous id still belongs to the one before.
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
            return _sessions?.Contains(userId) == true && _scope.Browser is { } taken ? taken with { AnonymousId = null } : null;
        }

        // Several users made by one anonymous request are not all at its browser, and none whom a machine made is; the one who is, is
        // signed in.
        var registers = !IsByMachine(userId) && _created?.Contains(userId) == true && _created?.Count == 1;
        return registers || _sessions?.Contains(userId) == true ? _scope.Browser : null;
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
        EventTracked tracked =>
            JoinedBy(fact.UserId) ?? Only(CreatedAccounts) ?? tracked.TenantId ?? PrincipalsOf(fact.UserId) ?? _scope.GroupId,
        UserCreated created => JoinedBy(fact.UserId) ?? _scope.GroupId ?? created.TenantId ?? PrincipalsOf(fact.UserId),
        UserIdentified identified => JoinedBy(fact.UserId) ?? identified.TenantId ?? PrincipalsOf(fact.UserId) ?? _scope.GroupId,
        _ => JoinedBy(fact.UserId) ?? PrincipalsOf(fact.UserId) ?? _scope.GroupId,
    };

    /// <summary>Returns the role in which a user was added: the membership's own, or the one that the user's claims name.</summary>
    public string? RoleOf(MemberAdded added) =>
        added.Role
            ?? Only(StoredRoles[added.UserId])
            ?? _principalRoles?.GetValueOrDefault((added.UserId, added.GroupId))
            ?? added.StoredRole;

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
    private bool IsByMachine(string userId) => _scope.HasUnnamedActor || (_scope.IsByScript && _withoutPassword?.Contains(userId) == true);

    private bool IsLeft(string userId, string? groupId) =>
        _deleted?.Contains(userId) != true && (groupId is null || _deletedAccounts?.Contains(groupId) != true);

    private string? JoinedBy(string userId)
    {
        _joinedBy ??= new(StringComparer.Ordinal);
        if (!_joinedBy.TryGetValue(userId, out var only))
        {
            _joinedBy.Add(userId, only = Only(JoinedAccounts[userId]));
        }

        return only;
    }

    private string? PrincipalsOf(string userId) => _principals?.GetValueOrDefault(userId);
}
