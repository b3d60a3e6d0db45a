using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Compose;

/// <summary>
/// Removes the removals of members when their account is deleted: whether EF Core or the database deletes
/// their rows depends on the loaded entities.
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
