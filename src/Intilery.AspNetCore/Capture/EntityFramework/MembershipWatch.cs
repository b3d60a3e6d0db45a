using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>Maps an entity type of the application to memberships of users in accounts.</summary>
internal sealed class MembershipMapping(Type type, MappedMember user, MappedMember account, MappedMember? role, MappedFlag? isDeleted)
    : EntityMapping(type, $"MapMemberships<{type.Name}>")
{
    public override IEnumerable<string> Faults(IEntityType entity)
    {
        foreach (var member in new[] { user, account, isDeleted?.Member })
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

        var rule = isDeleted is null ? RowRule.Every : new RowRule(isDeleted.ColumnOf(entity), value => !isDeleted.IsDeleted(value));
        return new MembershipWatch(new MembershipSource(
            entity, user.ColumnOf(entity)!, account.ColumnOf(entity)!, rule, role is null ? null : new MappedValue(role, entity)));
    }
}

/// <summary>Watches the rows of a source of memberships.</summary>
internal sealed class MembershipWatch(MembershipSource source) : EntityWatch
{
    public MembershipSource Source => source;

    public override IEnumerable<IProperty> Columns => source.Columns;

    public override bool IsTouchedBy(EntityEntry entry) => source.IsTouchedBy(entry);

    public override void Note(ChangedRow row, PendingSave save)
    {
        var before = source.Read(row.Before);
        if (before != source.Read(row.After))
        {
            save.Memberships.Add(new MembershipRowChange(source, row, before));
        }
    }
}

/// <summary>A membership of an account, or another value that rows give a user.</summary>
internal readonly record struct Membership(string MemberId, string AccountId);

/// <summary>A membership as read from a stored row.</summary>
/// <param name="MemberId">The user.</param>
/// <param name="AccountId">The account.</param>
/// <param name="Role">The role that the row names.</param>
/// <param name="At">When the user joined; <see langword="null"/> if the model has no such column.</param>
internal sealed record StoredMembership(string MemberId, string AccountId, string? Role, DateTimeOffset? At);

/// <summary>The values of a user in the rows of a source.</summary>
internal enum SourceSubject
{
    /// <summary>An account that the user is a member of.</summary>
    Account,

    /// <summary>A role of the user's.</summary>
    Role,

    /// <summary>The user's e-mail address.</summary>
    Address,
}

/// <summary>A table of memberships, with their roles: claims, users that name their account, or the application's own entities.</summary>
internal sealed class MembershipSource(IEntityType type, IProperty member, IProperty account, RowRule rule, MappedValue? role)
{
    public IEntityType Type => type;

    public IProperty Member => member;

    public IProperty Account => account;

    public SourceSubject Subject { get; init; }

    public RowRule Rule => rule;

    /// <summary>Gets the columns that a membership is read from: the user, the account, and the one that the rule is of, if any.</summary>
    public IReadOnlyList<IProperty> Columns { get; } = rule.Column is { } ruled ? [member, account, ruled] : [member, account];

    /// <summary>Gets the columns that identify existing accounts: the account, and the column of the rule, if any.</summary>
    public IReadOnlyList<IProperty> AccountColumns { get; } = rule.Column is { } ruled ? [account, ruled] : [account];

    /// <summary>Gets a value indicating whether its rows can be distinguished from others in the same table.</summary>
    public bool IsWholeTable => type.BaseType is null || account.DeclaringType == type;

    /// <summary>Whether a save of the entity, as it is now, may change a membership.</summary>
    public bool IsTouchedBy(EntityEntry entry) => entry.State switch
    {
        EntityState.Added => Read(entry.CurrentValues) is not null,
        EntityState.Deleted => true,
        EntityState.Modified => Columns.Any(column => ChangedRow.Writes(entry, column)),
        _ => false,
    };

    /// <summary>Returns the membership of a row; <see langword="null"/> if the row is deleted, of another kind, or without an id.</summary>
    public Membership? Read(PropertyValues? row) => row is not null && rule.IncludesRow(row) ? Of(row[member], row[account]) : null;

    /// <summary>Returns the membership of a row, by the values of <see cref="Columns"/>.</summary>
    public Membership? Read(object?[] row) => rule.Includes(row.Length > 2 ? row[2] : null) ? Of(row[0], row[1]) : null;

    /// <summary>Returns the account of a row that is a membership, by the values of <see cref="AccountColumns"/>.</summary>
    public string? ReadAccount(object?[] row) => rule.Includes(row.Length > 1 ? row[1] : null) ? KeyText.Of(row[0]) : null;

    /// <summary>Returns the membership of a stored row; <see langword="null"/> if the row is deleted, or without an id.</summary>
    public StoredMembership? Read(EntityEntry entry) => Read(entry.CurrentValues) is { } membership
        ? new StoredMembership(membership.MemberId, membership.AccountId, RoleOf(entry), StoredDate.CreationOf(entry))
        : null;

    public string? RoleOf(EntityEntry entry) => role is null ? null : MappedValue.Text(role.Current(entry));

    private static Membership? Of(object? member, object? account) =>
        KeyText.Of(member) is { } memberId && KeyText.Of(account) is { } accountId ? new Membership(memberId, accountId) : null;
}
