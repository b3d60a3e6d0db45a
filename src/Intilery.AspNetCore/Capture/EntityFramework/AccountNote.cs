using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>An account that a save makes or deletes.</summary>
internal sealed class AccountNote(AccountWatch watch, EntityEntry entry, SaveNotes notes, bool wasThere, string? nameBefore) : INotedChange
{
    public IEnumerable<FoundChange> Read()
    {
        var isThere = !EntityWatch.IsGone(entry) && watch.IsThere(entry.CurrentValues);
        if (isThere == wasThere || watch.IdOf(entry) is not { } account)
        {
            // An interceptor of the application's has kept it, or it was made as deleted.
            yield break;
        }

        LifecycleEvent seen = isThere
            ? new AccountCreated { GroupId = account, AccountName = watch.NameOf(entry) }
            : new AccountDeleted { GroupId = account, AccountName = nameBefore };
        yield return new FoundChange(
            EventTracked.Seen(seen, notes.Time.GetUtcNow()), entry, row => (row is not null && watch.IsThere(row)) == isThere);
    }
}
