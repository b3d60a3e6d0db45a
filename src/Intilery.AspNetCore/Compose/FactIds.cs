using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>
/// Removes facts whose user or account id is invalid. Keys of the application's rows may have any value; an
/// altered one could be another user's.
/// </summary>
internal static class FactIds
{
    /// <summary>Whether an intent of it can be stored: it holds back the events of its user, by the id.</summary>
    public static bool CanBeNoted(CapturedFact fact) => fact.UserId.Length == 0 || EventText.IsId(fact.UserId);

    public static IReadOnlyList<ScopeFact> Admit(IReadOnlyList<ScopeFact> facts, LifecycleDiagnostics diagnostics)
    {
        var isRight = true;
        for (var i = 0; i < facts.Count && isRight; i++)
        {
            isRight = FaultOf(facts[i].Fact) is null && !HasWrongAccount(facts[i].Fact);
        }

        return isRight ? facts : [.. facts.Select(noted => Admit(noted, diagnostics)).OfType<ScopeFact>()];
    }

    private static ScopeFact? Admit(ScopeFact noted, LifecycleDiagnostics diagnostics)
    {
        var fact = noted.Fact;
        if (FaultOf(fact) is var (member, fault))
        {
            diagnostics.InvalidId(fact.EventName, member, fault);
            return null;
        }

        if (!HasWrongAccount(fact))
        {
            return noted;
        }

        diagnostics.WithoutTenant(Reasons.InvalidId);
        return noted.With(fact switch
        {
            UserConfirmed confirmed => confirmed with { GroupId = null },
            SignInSucceeded signIn => signIn with { GroupId = null },
            SignOutSucceeded signOut => signOut with { GroupId = null },
            _ => fact,
        });
    }

    // What the event cannot do without.
    private static (string Member, string Fault)? FaultOf(CapturedFact fact) =>
        Fault("UserId", fact.UserId.Length == 0 ? null : fact.UserId) ?? fact switch
        {
            MemberAdded added => Fault("GroupId", added.GroupId),
            MemberRemoved removed => Fault("GroupId", removed.GroupId),
            AccountRenamed renamed => Fault("GroupId", renamed.GroupId),
            EventTracked tracked => OfEvent(tracked.Event),
            TrialMoved moved => OfEvent(moved.Trial),
            _ => null,
        };

    private static (string Member, string Fault)? OfEvent(LifecycleEvent tracked) =>
        Fault("UserId", tracked.UserId)
            ?? Fault("AnonymousId", tracked.AnonymousId)
            ?? Fault("GroupId", tracked.GroupId)
            ?? Fault("TrialId", (tracked as TrialEvent)?.TrialId);

    // An account that the event goes without.
    private static bool HasWrongAccount(CapturedFact fact) => fact switch
    {
        UserConfirmed confirmed => Fault("GroupId", confirmed.GroupId) is not null,
        SignInSucceeded signIn => Fault("GroupId", signIn.GroupId) is not null,
        SignOutSucceeded signOut => Fault("GroupId", signOut.GroupId) is not null,
        _ => false,
    };

    private static (string Member, string Fault)? Fault(string member, string? id) =>
        id is not null && EventText.IdFault(id) is { } fault ? (member, fault) : null;
}
