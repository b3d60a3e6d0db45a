using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>
/// The events of a scope with nothing but who did what: for when composing fails, and with it the policies that decide what may be
/// sent about a person, and whose events.
/// </summary>
internal static class BareMessages
{
    public static IReadOnlyList<ComposedMessage> Of(ScopeContext scope, IReadOnlyList<ScopeFact> facts)
    {
        var messages = new List<ComposedMessage>(facts.Count);
        foreach (var noted in facts)
        {
            var (fact, intentId) = (noted.Fact, noted.IntentId);
            if (fact is TrialMoved moved)
            {
                messages.Add(ComposedMessage.Of(moved, intentId));
            }

            LifecycleEvent? track = fact switch
            {
                UserCreated { AwaitsConfirmation: false } => new SignedUp(),
                UserConfirmed confirmed => new SignedUp { GroupId = confirmed.GroupId },
                MemberAdded added => new AccountAddedUser { Role = added.Role, GroupId = added.GroupId },
                MemberRemoved removed => new AccountRemovedUser { GroupId = removed.GroupId },
                SignInSucceeded signIn => new SignedIn { GroupId = signIn.GroupId },
                SignOutSucceeded { Revoked: false } signOut => new SignedOut { GroupId = signOut.GroupId },
                EventTracked tracked => tracked.Event.Definition?.Without(tracked.Event, _ => true) ?? tracked.Event,
                _ => null,
            };

            var isWithheld = scope.IsSkipped
                || fact.IsExcluded
                || ((scope.IsImpersonated || scope.IsPersonExcluded) && fact.UserId == scope.PersonId);
            if (track is not null && !isWithheld && (fact.UserId.Length > 0 || track.AnonymousId is not null || track is TrialEnded))
            {
                messages.Add(new ComposedMessage(
                    new Message
                    {
                        Event = track,
                        UserId = fact.UserId.Length > 0 ? fact.UserId : null,
                        AnonymousId = track.AnonymousId,
                        GroupId = track.GroupId,
                        MessageId = MessageIds.Derive(track.Name, fact.UserId, fact.Key),
                        Timestamp = track.Timestamp ?? fact.At,
                        IsBackfill = scope.IsBackfill,
                    },
                    intentId));
            }
        }

        return messages;
    }
}
