using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>Composes a scope's facts to the specification's messages, in their order of delivery.</summary>
internal sealed class ScopeComposer(
    EnrichmentPolicy policy,
    SessionCoalescer sessions,
    UserCoalescer users,
    MembershipCoalescer memberships,
    BoundedMemory<KnownPerson> identified,
    LifecycleDiagnostics diagnostics)
{
    /// <summary>Returns what the facts amount to: what is taken back in the same scope is nothing.</summary>
    public IReadOnlyList<ScopeFact> Reduce(ScopeContext scope, IReadOnlyList<ScopeFact> facts) =>
        memberships.Reduce(users.Reduce(sessions.Reduce(scope, facts)));

    /// <summary>
    /// Returns the members whose memberships the application tracks itself and of whom nothing is known: their rows are to be read.
    /// </summary>
    public IReadOnlyCollection<string> UnknownMembers(ScopeContext scope, IReadOnlyList<ScopeFact> kept)
    {
        if (!policy.Identify || scope.IsBackfill || !kept.Have(static fact => fact is EventTracked { IsMembership: true }))
        {
            return [];
        }

        var people = ScopeIdentities.Of(scope, kept);
        var members = new HashSet<string>(StringComparer.Ordinal);
        foreach (var noted in kept)
        {
            if (noted.Fact is EventTracked && people.IsIdentifying(noted.Fact) && !identified.Knows(noted.Fact.UserId))
            {
                members.Add(noted.Fact.UserId);
            }
        }

        members.ExceptWith(
            kept.Where(noted => noted.Fact is MemberAdded || HasTraits(scope, noted.Fact)).Select(noted => noted.Fact.UserId));
        return members;
    }

    /// <summary>Returns the messages of what facts amount to.</summary>
    public IReadOnlyList<ComposedMessage> Compose(ScopeContext scope, IReadOnlyList<ScopeFact> kept)
    {
        var people = ScopeIdentities.Of(scope, kept);
        var traitFacts = new TraitFacts(this, scope, kept);
        var drafts = new List<Draft>(kept.Count * 2);
        foreach (var noted in kept)
        {
            AddIdentify(scope, drafts, people, traitFacts, noted);
            Introduce(scope, drafts, people, traitFacts, noted);
            if (noted.Fact is UserCreated { AwaitsConfirmation: true } && !people.IsConfirmed(noted.Fact.UserId))
            {
                diagnostics.Suppressed(noted.Fact.EventName, Reasons.EmailUnconfirmed);
            }

            if (people.IsOfTrackedSignUp(noted.Fact))
            {
                diagnostics.Suppressed(noted.Fact.EventName, Reasons.Duplicate);
            }
            else if (EventOf(scope, people, noted.Fact) is { } track)
            {
                drafts.Add(new Draft(noted, MessageOf(scope, people, noted.Fact, track)));
            }
        }

        var events = DeletedAccounts.Coalesce(EventDuplicates.Coalesce(drafts, diagnostics), diagnostics);
        var messages = new List<ComposedMessage>(events.Count);
        foreach (var draft in DraftOrder.Arrange(events))
        {
            messages.Add(new ComposedMessage(draft.Message, draft.Source.IntentId));
        }

        foreach (var noted in kept)
        {
            if (noted.Fact is TrialMoved moved)
            {
                messages.Add(ComposedMessage.Of(moved, noted.IntentId));
            }
        }

        return messages;
    }

    private static LifecycleEvent? EventOf(ScopeContext scope, ScopeIdentities people, CapturedFact fact) => fact switch
    {
        UserCreated { AwaitsConfirmation: false } created => SignedUp(scope, people, created.UserId, created.Profile),
        UserConfirmed confirmed => SignedUp(scope, people, confirmed.UserId, confirmed.Profile),
        MemberAdded added => new AccountAddedUser { Role = people.RoleOf(added) },
        MemberRemoved => new AccountRemovedUser(),
        SignInSucceeded signIn =>
            (signIn.Tracked ?? new SignedIn()) with { Username = signIn.Tracked?.Username ?? signIn.Profile.Username },
        SignOutSucceeded signOut => (signOut.Tracked ?? new SignedOut()) with { Username = signOut.Username },
        EventTracked { IsSeen: true, Event: AccountCreated created } => people.Named(created),
        EventTracked tracked => tracked.Event,
        _ => null,
    };

    // The application's own word counts where it has one.
    private static SignedUp SignedUp(ScopeContext scope, ScopeIdentities people, string userId, Profile profile)
    {
        var tracked = people.TrackedSignUpOf(userId);
        var captured = Events.SignedUp.Of(profile) with { Type = scope.SignUpType ?? (people.WasInvited(userId) ? "invited" : "organic") };
        return tracked is null
            ? captured
            : Events.SignedUp.Specification.Filled(
                tracked with { UserId = null, GroupId = null, AnonymousId = null, Timestamp = null }, captured);
    }

    // One identify per user and scope, at the position of the first fact with traits.
    private void AddIdentify(ScopeContext scope, List<Draft> drafts, ScopeIdentities people, TraitFacts traitFacts, ScopeFact noted)
    {
        var userId = noted.Fact.UserId;
        if (!HasTraits(scope, noted.Fact)
            || noted.Fact is UserCreated { AwaitsConfirmation: true }
            || traitFacts.Identified.Contains(userId))
        {
            return;
        }

        if (traitFacts.Unchanged.Contains(userId))
        {
            diagnostics.Suppressed(EventNames.Identify, Reasons.Unchanged);
            return;
        }

        var traits = Traits.Merge(traitFacts.ByUser[userId]);
        var free = policy.Visible(Traits.Free(traitFacts.ByUser[userId], traits));
        traits = policy.Visible(traits);
        var identify = MessageOf(scope, people, noted.Fact, null) with { Traits = traits, FreeTraits = free };
        var person = new KnownPerson(traits, identify.GroupId, identify.AnonymousId) { Free = Traits.Text(identify.FreeTraits) };

        // A backfill reads people whom this process need not remember, and may read one again.
        if (scope.IsBackfill || identified.Learn(userId, known => KnownPerson.Learn(known, person)))
        {
            traitFacts.Identified.Add(userId);
            drafts.Add(new Draft(noted, identify));
        }
        else
        {
            traitFacts.Unchanged.Add(userId);
            diagnostics.Suppressed(EventNames.Identify, Reasons.Unchanged);
        }
    }

    // A member who was not identified before is identified first, with the known traits.
    private void Introduce(ScopeContext scope, List<Draft> drafts, ScopeIdentities people, TraitFacts traitFacts, ScopeFact noted)
    {
        var userId = noted.Fact.UserId;
        if (!policy.Identify
            || scope.IsBackfill
            || !people.IsIdentifying(noted.Fact)
            || noted.Fact is EventTracked { Member: null }
            || traitFacts.ByUser.Contains(userId))
        {
            return;
        }

        var traits = policy.Visible(noted.Fact switch
        {
            MemberAdded { Profile: { } row } => row,
            EventTracked { Member: { } row } => row,
            _ => Profile.Empty,
        });
        var identify = MessageOf(scope, people, noted.Fact, null) with { Traits = traits };
        if (identified.Learn(
            userId,
            known => known is null ? new KnownPerson(traits, identify.GroupId, identify.AnonymousId) { IsMemberAlone = true } : null))
        {
            drafts.Add(new Draft(noted, identify));
        }
    }

    // Traits that the application tracks itself are always sent; the option switches off automatic ones only. A backfill identifies by
    // itself, and not beside its events.
    private bool HasTraits(ScopeContext scope, CapturedFact fact) =>
        Traits.Of(fact) is not null && ((policy.Identify && !scope.IsBackfill) || fact is UserIdentified);

    private Message MessageOf(ScopeContext scope, ScopeIdentities people, CapturedFact fact, LifecycleEvent? track)
    {
        var named = track?.AnonymousId;
        var browser = people.BrowserOf(fact.UserId, named);
        return new Message
        {
            Event = track is null ? null : policy.Visible(track),
            UserId = fact.UserId.Length > 0 ? fact.UserId : null,
            AnonymousId = named ?? browser?.AnonymousId,
            GroupId = people.GroupOf(fact),
            Browser = browser,
            Origin = policy.Origin,
            MessageId = MessageIds.Derive(track?.Name ?? EventNames.Identify, fact.UserId, fact.Key),
            Timestamp = track?.Timestamp,
            IsBackfill = scope.IsBackfill,
        };
    }

    // The facts with traits, by user; the users whose identify is composed, and those for whom it would change nothing.
    private sealed class TraitFacts(ScopeComposer composer, ScopeContext scope, IReadOnlyList<ScopeFact> facts)
    {
        public ILookup<string, CapturedFact> ByUser =>
            field ??= facts.Select(noted => noted.Fact)
                .Where(fact => composer.HasTraits(scope, fact))
                .ToLookup(fact => fact.UserId, StringComparer.Ordinal);

        public HashSet<string> Identified => field ??= new(StringComparer.Ordinal);

        public HashSet<string> Unchanged => field ??= new(StringComparer.Ordinal);
    }
}

/// <summary>A message ready to be written, and the intent that it settles, if any.</summary>
internal readonly record struct ComposedMessage(Message Message, long? IntentId)
{
    /// <summary>Gets a value indicating whether it only updates the schedule of trials, and is not sent.</summary>
    public bool IsTrialMove { get; init; }

    public static ComposedMessage Of(TrialMoved moved, long? intentId) =>
        new(new Message { Event = moved.Trial, GroupId = moved.Trial.GroupId }, intentId) { IsTrialMove = true };
}
