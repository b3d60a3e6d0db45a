using Intilery.AspNetCore.Enrich.Happenings;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Enrich;

/// <summary>The events of a scope with nothing but what the happenings themselves say: for when enrichment fails.</summary>
internal static class BareMessages
{
    public static IReadOnlyList<ComposedMessage> Of(IReadOnlyList<NotedHappening> happenings)
    {
        var messages = new List<ComposedMessage>(happenings.Count);
        foreach (var (happening, intentId) in happenings)
        {
            if (happening is TrialMoved moved)
            {
                messages.Add(ComposedMessage.Of(moved, intentId));
            }

            LifecycleEvent? track = happening switch
            {
                UserCreated { AwaitsConfirmation: false } created => new SignedUp { Email = created.Profile.Email, Username = created.Profile.Username },
                UserConfirmed confirmed => new SignedUp { Email = confirmed.Profile.Email, Username = confirmed.Profile.Username, GroupId = confirmed.GroupId },
                MemberAdded added => new AccountAddedUser { Role = added.Role, GroupId = added.GroupId },
                MemberRemoved removed => new AccountRemovedUser { GroupId = removed.GroupId },
                SignInSucceeded signIn => new SignedIn { Username = signIn.Profile.Username, GroupId = signIn.GroupId },
                SignOutSucceeded { Revoked: false } signOut => new SignedOut { Username = signOut.Username, GroupId = signOut.GroupId },
                EventTracked tracked => tracked.Event,
                _ => null,
            };

            if (track is not null && (happening.UserId.Length > 0 || track.AnonymousId is not null || track is TrialEnded))
            {
                messages.Add(new ComposedMessage(
                    new Message
                    {
                        Event = track,
                        UserId = happening.UserId.Length > 0 ? happening.UserId : null,
                        AnonymousId = track.AnonymousId,
                        GroupId = track.GroupId,
                        MessageId = MessageIds.Derive(track.Name, happening.UserId, happening.Key),
                        Timestamp = track.Timestamp ?? happening.At,
                    },
                    intentId));
            }
        }

        return messages;
    }
}
