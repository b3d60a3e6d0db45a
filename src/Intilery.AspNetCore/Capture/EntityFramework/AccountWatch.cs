using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>Maps an entity type of the application to accounts.</summary>
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

    public override EntityWatch? Watch(IEntityType entity)
    {
        if (Faults(entity).Any())
        {
            return null;
        }

        var key = account.ColumnOf(entity)!;
        var rule = isDeleted is null ? RowRule.Every : new RowRule(isDeleted.ColumnOf(entity), value => !isDeleted.IsDeleted(value));
        return new AccountWatch(new MembershipSource(entity, key, key, rule, null), name is null ? null : new MappedValue(name, entity));
    }
}

/// <summary>An account as read from a stored row.</summary>
/// <param name="Id">The account's id.</param>
/// <param name="Name">Its name, if it has one.</param>
/// <param name="CreatedAt">When it was made; <see langword="null"/> if the model has no such column.</param>
internal sealed record StoredAccount(string Id, string? Name, DateTimeOffset? CreatedAt);

/// <summary>Watches account rows: created, and deleted, also softly.</summary>
/// <param name="rows">The accounts' table, and which of its rows are there, if deleted ones are kept.</param>
/// <param name="name">The account's name, if it has one.</param>
internal sealed class AccountWatch(MembershipSource rows, MappedValue? name) : EntityWatch
{
    public MembershipSource Rows => rows;

    public override IEnumerable<IProperty> Columns { get; } = [.. rows.AccountColumns, .. name?.Columns ?? []];

    // A rename of an account becomes no event, but changes the name of an account that was just created. A computed name may change with
    // any save.
    public override bool IsTouchedBy(EntityEntry entry) => entry.State switch
    {
        EntityState.Modified =>
            (rows.Rule.Column is { } flag && ChangedRow.Writes(entry, flag)) || (name is { Columns.Count: 1 } && name.IsWritten(entry)),
        _ => true,
    };

    public override void Note(ChangedRow row, PendingSave save)
    {
        var wasThere = IsThere(row.Before);
        if (row.State == EntityState.Added && KeyText.Of(row.After![rows.Account]) is { } made)
        {
            save.Memberships.AddMade(made);
        }

        // An account that is brought back is not created again.
        if (wasThere ? !IsThere(row.After) : row.Before is null)
        {
            save.Add(new Change(this, row, save.Time, wasThere));
        }
        else if (wasThere
            && name is not null
            && KeyText.Of(row.After![rows.Account]) is { } account
            && save.Scope?.HasCreatedAccount(account) == true)
        {
            save.Add(new Renaming(account, row, name, save.Time));
        }
    }

    /// <summary>Returns the account of a stored row; <see langword="null"/> if it has no id, or is deleted.</summary>
    public StoredAccount? Read(EntityEntry entry) => KeyText.Of(entry.CurrentValues[rows.Account]) is { } id && IsThere(entry.CurrentValues)
        ? new StoredAccount(id, MappedValue.Text(name?.Current(entry)), StoredDate.CreationOf(entry))
        : null;

    private bool IsThere(PropertyValues? row) => row is not null && rows.Rule.IncludesRow(row);

    private sealed class Change(AccountWatch watch, ChangedRow changed, TimeProvider time, bool wasThere) : ISavedChangeSource
    {
        private readonly string? _nameBefore = wasThere ? MappedValue.Text(watch.Name?.Before(changed)) : null;

        public IEnumerable<FoundChange> Read()
        {
            var isThere = watch.IsThere(changed.After);
            if (isThere == wasThere || KeyText.Of(changed.Entry.CurrentValues[watch.Rows.Account]) is not { } account)
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

    /// <summary>Gets the column of the account's id.</summary>
    public IProperty Key => rows.Account;

    private MappedValue? Name => name;

    private sealed class Renaming(string account, ChangedRow changed, MappedValue name, TimeProvider time) : ISavedChangeSource
    {
        public IEnumerable<FoundChange> Read()
        {
            var now = MappedValue.Text(name.Current(changed.Entry));
            return
            [
                new FoundChange(
                    new AccountRenamed { Key = MessageIds.Next(), UserId = string.Empty, At = time.GetUtcNow(), GroupId = account, Name = now },
                    changed.Entry,
                    row => row is not null && MappedValue.Text(name.In(row, changed.Entry)) == now),
            ];
        }
    }
}
