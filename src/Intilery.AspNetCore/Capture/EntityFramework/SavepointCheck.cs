using System.Data.Common;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>
/// After a rollback to a savepoint, whose name nobody tells, asks the database what is left of the changes: just before the commit,
/// because a committed transaction's connection answers no more until EF Core has let go of the transaction.
/// </summary>
internal sealed class SavepointCheck(OpenTransactions open, LifecycleDiagnostics diagnostics)
{
    public void Check(DbTransaction transaction)
    {
        var doubtful = open.Doubtful(transaction);
        if (doubtful.Count > 0)
        {
            open.Keep(transaction, Proven(doubtful.Select(change => (change, IsLeft(change)))));
        }
    }

    public async Task CheckAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        var doubtful = open.Doubtful(transaction);
        if (doubtful.Count > 0)
        {
            var checkedChanges = new List<(SavedChange, bool)>(doubtful.Count);
            foreach (var change in doubtful)
            {
                checkedChanges.Add((change, await IsLeftAsync(change, cancellationToken).ConfigureAwait(false)));
            }

            open.Keep(transaction, Proven(checkedChanges));
        }
    }

    private bool IsLeft(SavedChange change)
    {
        try
        {
            return IsSaidByIntent(change) || change.Found.IsIn(change.Found.Entry?.GetDatabaseValues());
        }
        catch (Exception exception)
        {
            return Unknown(exception);
        }
    }

    private async Task<bool> IsLeftAsync(SavedChange change, CancellationToken cancellationToken)
    {
        try
        {
            return IsSaidByIntent(change) || change.Found.IsIn(
                change.Found.Entry is { } entry ? await entry.GetDatabaseValuesAsync(cancellationToken).ConfigureAwait(false) : null);
        }
        catch (Exception exception)
        {
            return Unknown(exception);
        }
    }

    // An event has no row of its own; its intent was undone with the savepoint, or is there to be settled.
    private static bool IsSaidByIntent(SavedChange change) => change is { Fact.TrackedEvent: not null, IntentId: not null };

    private bool Unknown(Exception exception)
    {
        // The host commits whatever becomes of our event; one that may be of a change undone is not sent.
        diagnostics.Failed("looking up a change after a rollback to a savepoint", exception);
        return false;
    }

    private List<SavedChange> Proven(IEnumerable<(SavedChange Change, bool IsLeft)> changes)
    {
        var proven = new List<SavedChange>();
        var neverAdded = new HashSet<(string UserId, string GroupId)>();
        foreach (var (change, isLeft) in changes)
        {
            // Made, undone and made again with the same key: the row proves the last one only.
            if (change.Fact is UserCreated created)
            {
                foreach (var other in proven.FindAll(other => other.Fact is UserCreated && other.Fact.UserId == created.UserId))
                {
                    other.Withdraw();
                    proven.Remove(other);
                }
            }

            // Of a membership that began and ended here, or was undone in between, nothing is left to end.
            if (change.Fact is MemberAdded added)
            {
                _ = isLeft ? neverAdded.Remove((added.UserId, added.GroupId)) : neverAdded.Add((added.UserId, added.GroupId));
            }

            if (isLeft && !(change.Fact is MemberRemoved removed && neverAdded.Contains((removed.UserId, removed.GroupId))))
            {
                proven.Add(change);
            }
            else
            {
                change.Withdraw();
                diagnostics.Suppressed(change.Fact.EventName, Reasons.RolledBack);
            }
        }

        return proven;
    }
}
