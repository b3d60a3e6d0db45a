using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>Which entity type of the application's is an account.</summary>
internal sealed class AccountMapping(Type type, MappedMember account, MappedMember? name, MappedFlag? isDeleted)
    : EntityMapping(type, $"MapAccounts<{type.Name}>")
{
    public override IEnumerable<string> Faults(IEntityType entity)
    {
        foreach (var member in new[] { account, isDeleted?.Member })
        {
            if (member is not null && member.ColumnOf(entity) is null)
            {
                yield return NoColumn(member, entity);
            }
        }
    }

    public override EntityWatch? Watch(IEntityType entity) => Faults(entity).Any() ? null : new AccountWatch(
        account.ColumnOf(entity)!,
        name is null ? null : new MappedValue(name, entity),
        isDeleted is null ? null : (isDeleted.ColumnOf(entity)!, isDeleted.IsDeleted));
}

/// <summary>Watches the rows that are accounts: made, and deleted, softly too.</summary>
/// <param name="key">The account's id.</param>
/// <param name="name">The account's name, if it has one.</param>
/// <param name="flag">What marks a row as deleted, if rows are kept.</param>
internal sealed class AccountWatch(IProperty key, MappedValue? name, (IProperty Column, Func<object?, bool> IsSet)? flag) : EntityWatch
{
    public override IEnumerable<IProperty> Columns { get; } =
        [key, .. name?.Columns ?? [], .. flag is { } mapped ? [mapped.Column] : Array.Empty<IProperty>()];

    // A new name of an account is no event.
    public override bool IsTouchedBy(EntityEntry entry) => entry.State switch
    {
        Microsoft.EntityFrameworkCore.EntityState.Modified => flag is { } mapped && ChangedRow.Writes(entry, mapped.Column),
        _ => true,
    };

    public override void Note(ChangedRow row, PendingSave save)
    {
        var wasThere = IsThere(row.Before);

        // An account that is brought back is not created again.
        if (wasThere ? !IsThere(row.After) : row.Before is null)
        {
            save.Add(new Change(this, row, save.Time, wasThere));
        }
    }

    private bool IsThere(PropertyValues? row) => row is not null && (flag is not { } mapped || !mapped.IsSet(row[mapped.Column]));

    private sealed class Change(AccountWatch watch, ChangedRow changed, TimeProvider time, bool wasThere) : ISavedChangeSource
    {
        private readonly string? _nameBefore = wasThere ? MappedValue.Text(watch.Name?.Before(changed)) : null;

        public IEnumerable<FoundChange> Read()
        {
            var isThere = watch.IsThere(changed.After);
            if (isThere == wasThere || KeyText.Of(changed.Entry.CurrentValues[watch.Key]) is not { } account)
            {
                // It was made as deleted.
                yield break;
            }

            LifecycleEvent seen = isThere
                ? new AccountCreated { GroupId = account, AccountName = MappedValue.Text(watch.Name?.Current(changed.Entry)) }
                : new AccountDeleted { GroupId = account, AccountName = _nameBefore };
            yield return new FoundChange(EventTracked.Seen(seen, time.GetUtcNow()), changed.Entry, row => watch.IsThere(row) == isThere);
        }
    }

    private IProperty Key => key;

    private MappedValue? Name => name;
}
