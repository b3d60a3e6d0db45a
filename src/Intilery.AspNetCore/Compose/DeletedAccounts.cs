
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Compose;

/// <summary>
/// Where an account is deleted, that its members go with it is not told of each: which of their rows EF Core deletes, and which the
/// database, depends on what happens to be loaded.
/// </summary>
internal static class DeletedAccounts
{
    public static IReadOnlyList<Draft> Coalesce(IReadOnlyList<Draft> drafts, LifecycleDiagnostics diagnostics)
    {
        HashSet<string>? deleted = null;
        foreach (var draft in drafts)
        {
            if (draft.Message is { Event: AccountDeleted, GroupId: { } account })
            {
                (deleted ??= new(StringComparer.Ordinal)).Add(account);
            }
        }

        if (deleted is null)
        {
            return drafts;
        }

        var kept = new List<Draft>(drafts.Count);
        foreach (var draft in drafts)
        {
            if (draft.Message is { Event: AccountRemovedUser, GroupId: { } account } && deleted.Contains(account))
            {
                diagnostics.Suppressed(draft.Message.EventName, Reasons.AccountDeleted);
            }
            else
            {
                kept.Add(draft);
            }
        }

        return kept;
    }
}
