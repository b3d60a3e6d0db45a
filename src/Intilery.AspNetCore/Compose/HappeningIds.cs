
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>
/// Lets through what names its user and account by ids that can be sent and stored. Keys of the application's own rows may be anything; one that
/// was altered to fit would be another user's.
/// </summary>
internal static class HappeningIds
{
    /// <summary>Whether an intent of it can be stored: it holds back the events of its user, by the id.</summary>
    public static bool CanBeNoted(Happening happening) => happening.UserId.Length == 0 || EventText.IsId(happening.UserId);

    public static IReadOnlyList<NotedHappening> Admit(IReadOnlyList<NotedHappening> happenings, LifecycleDiagnostics diagnostics)
    {
        var isRight = true;
        for (var i = 0; i < happenings.Count && isRight; i++)
        {
            isRight = FaultOf(happenings[i].Happening) is null && !HasWrongAccount(happenings[i].Happening);
        }

        return isRight ? happenings : [.. happenings.Select(noted => Admit(noted, diagnostics)).OfType<NotedHappening>()];
    }

    private static NotedHappening? Admit(NotedHappening noted, LifecycleDiagnostics diagnostics)
    {
        var happening = noted.Happening;
        if (FaultOf(happening) is var (member, fault))
        {
            diagnostics.InvalidId(happening.EventName, member, fault);
            return null;
        }

        if (!HasWrongAccount(happening))
        {
            return noted;
        }

        diagnostics.WithoutTenant(Reasons.InvalidId);
        return noted with
        {
            Happening = happening switch
            {
                UserConfirmed confirmed => confirmed with { GroupId = null },
                SignInSucceeded signIn => signIn with { GroupId = null },
                SignOutSucceeded signOut => signOut with { GroupId = null },
                _ => happening,
            },
        };
    }

    // What the event cannot do without.
    private static (string Member, string Fault)? FaultOf(Happening happening) =>
        Fault("UserId", happening.UserId.Length == 0 ? null : happening.UserId) ?? happening switch
        {
            MemberAdded added => Fault("GroupId", added.GroupId),
            MemberRemoved removed => Fault("GroupId", removed.GroupId),
            EventTracked tracked => OfEvent(tracked.Event),
            TrialMoved moved => OfEvent(moved.Trial),
            _ => null,
        };

    private static (string Member, string Fault)? OfEvent(LifecycleEvent told) =>
        Fault("UserId", told.UserId) ?? Fault("AnonymousId", told.AnonymousId) ?? Fault("GroupId", told.GroupId) ?? Fault("TrialId", told switch
        {
            TrialStarted started => started.TrialId,
            TrialEnded ended => ended.TrialId,
            _ => null,
        });

    // An account that the event goes without.
    private static bool HasWrongAccount(Happening happening) => happening switch
    {
        UserConfirmed confirmed => Fault("GroupId", confirmed.GroupId) is not null,
        SignInSucceeded signIn => Fault("GroupId", signIn.GroupId) is not null,
        SignOutSucceeded signOut => Fault("GroupId", signOut.GroupId) is not null,
        _ => false,
    };

    private static (string Member, string Fault)? Fault(string member, string? id) =>
        id is not null && EventText.IdFault(id) is { } fault ? (member, fault) : null;
}
