
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>Says what a scope's happenings mean: the specification's messages, in the order in which they are to arrive.</summary>
internal sealed class ScopeComposer(
    EnrichmentPolicy policy, SessionFold sessions, UserFold users, MembershipFold memberships, BoundedMemory<KnownPerson> identified, LifecycleDiagnostics diagnostics)
{
    /// <summary>Returns what the happenings amount to: what is taken back in the same scope is nothing.</summary>
    public IReadOnlyList<NotedHappening> Reduce(ScopeFacts scope, IReadOnlyList<NotedHappening> happenings) =>
        memberships.Reduce(users.Reduce(sessions.Reduce(scope, happenings)));

    /// <summary>Returns the messages of what happenings amount to.</summary>
    public IReadOnlyList<ComposedMessage> Compose(ScopeFacts scope, IReadOnlyList<NotedHappening> kept)
    {
        var people = ScopePeople.Of(scope, kept);
        var telling = new Telling(kept.Select(noted => noted.Happening).Where(TellsTraits));
        var drafts = new List<Draft>(kept.Count * 2);
        foreach (var noted in kept)
        {
            AddIdentify(drafts, people, telling, noted);
            if (noted.Happening is UserCreated { AwaitsConfirmation: true } && !people.IsConfirmed(noted.Happening.UserId))
            {
                diagnostics.Suppressed(noted.Happening.EventName, Reasons.EmailUnconfirmed);
            }

            if (people.IsToldOfSignUp(noted.Happening))
            {
                diagnostics.Suppressed(noted.Happening.EventName, Reasons.Duplicate);
            }
            else if (EventOf(scope, people, noted.Happening) is { } track)
            {
                drafts.Add(new Draft(noted, MessageOf(people, noted.Happening, track)));
            }
        }

        var events = DeletedAccounts.Fold(EventDuplicates.Fold(drafts, diagnostics), diagnostics);
        return
        [
            .. DraftOrder.Arrange(events).Select(draft => new ComposedMessage(draft.Message, draft.Source.IntentId)),
            .. kept.Where(noted => noted.Happening is TrialMoved).Select(noted => ComposedMessage.Of((TrialMoved)noted.Happening, noted.IntentId)),
        ];
    }

    private static LifecycleEvent? EventOf(ScopeFacts scope, ScopePeople people, Happening happening) => happening switch
    {
        UserCreated { AwaitsConfirmation: false } created => SignedUp(scope, people, created.UserId, created.Profile),
        UserConfirmed confirmed => SignedUp(scope, people, confirmed.UserId, confirmed.Profile),
        MemberAdded added => new AccountAddedUser { Role = people.RoleOf(added) },
        MemberRemoved => new AccountRemovedUser(),
        SignInSucceeded signIn => new SignedIn { Username = signIn.Profile.Username },
        SignOutSucceeded signOut => new SignedOut { Username = signOut.Username },
        EventTracked tracked => tracked.Event,
        _ => null,
    };

    // The application's own word counts where it has one.
    private static SignedUp SignedUp(ScopeFacts scope, ScopePeople people, string userId, Profile profile)
    {
        var told = people.ToldSignUpOf(userId);
        return new SignedUp
        {
            Type = told?.Type ?? scope.SignUpType ?? (people.WasInvited(userId) ? "invited" : "organic"),
            FirstName = told?.FirstName ?? profile.FirstName,
            LastName = told?.LastName ?? profile.LastName,
            Email = told?.Email ?? profile.Email,
            Phone = told?.Phone ?? profile.Phone,
            Username = told?.Username ?? profile.Username,
            Title = told?.Title ?? profile.Title,
        };
    }

    // One identify per user and scope, where its first happening that tells of the profile stands.
    private void AddIdentify(List<Draft> drafts, ScopePeople people, Telling telling, NotedHappening noted)
    {
        var userId = noted.Happening.UserId;
        if (!TellsTraits(noted.Happening) || noted.Happening is UserCreated { AwaitsConfirmation: true } || telling.Identified.Contains(userId))
        {
            return;
        }

        if (telling.Unchanged.Contains(userId))
        {
            diagnostics.Suppressed(EventNames.Identify, Reasons.Unchanged);
            return;
        }

        var traits = Traits.Merge(telling.ByUser[userId]);
        var free = policy.Visible(Traits.Free(telling.ByUser[userId], traits));
        traits = policy.Visible(traits);
        var identify = MessageOf(people, noted.Happening, null) with { Traits = traits, FreeTraits = free };
        var told = new KnownPerson(traits, identify.GroupId, identify.AnonymousId) { Free = Traits.Text(identify.FreeTraits) };
        if (identified.Learn(userId, known => KnownPerson.Learn(known, told)))
        {
            telling.Identified.Add(userId);
            drafts.Add(new Draft(noted, identify));
        }
        else
        {
            telling.Unchanged.Add(userId);
            diagnostics.Suppressed(EventNames.Identify, Reasons.Unchanged);
        }
    }

    // What the application itself tells is not automatic, and not switched off with what is.
    private bool TellsTraits(Happening happening) => Traits.Of(happening) is not null && (policy.Identify || happening is UserIdentified);

    private Message MessageOf(ScopePeople people, Happening happening, LifecycleEvent? track)
    {
        var named = happening is EventTracked ? track!.AnonymousId : null;
        var browser = people.BrowserOf(happening.UserId, named);
        return new Message
        {
            Event = track is null ? null : policy.Visible(track),
            UserId = happening.UserId.Length > 0 ? happening.UserId : null,
            AnonymousId = named ?? browser?.AnonymousId,
            GroupId = people.GroupOf(happening),
            Browser = browser,
            Origin = policy.Origin,
            MessageId = MessageIds.Derive(track?.Name ?? EventNames.Identify, happening.UserId, happening.Key),
            Timestamp = track?.Timestamp,
        };
    }

    // What tells of profiles, by user; whose identify is there, and whose would say nothing new.
    private sealed class Telling(IEnumerable<Happening> happenings)
    {
        public ILookup<string, Happening> ByUser { get; } = happenings.ToLookup(happening => happening.UserId, StringComparer.Ordinal);

        public HashSet<string> Identified { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Unchanged { get; } = new(StringComparer.Ordinal);
    }
}
