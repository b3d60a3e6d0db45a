using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>A table that says who is a member of what, and in which role: claims, users that name their account, or the application's own entities.</summary>
internal sealed class MembershipSource(IEntityType type, IProperty member, IProperty account, RowRule rule, MappedValue? role)
{
    public IEntityType Type => type;

    public IProperty Member => member;

    /// <summary>Gets what names the account, or whatever else the rows say.</summary>
    public IProperty Account => account;

    public SourceSubject Subject { get; init; }

    public RowRule Rule => rule;

    /// <summary>Gets a value indicating whether its rows can be told from others in the same table.</summary>
    public bool IsWholeTable => type.BaseType is null || account.DeclaringType == type;

    /// <summary>Returns what a row says, or <see langword="null"/> if it says nothing: deleted, of another kind, or without an id.</summary>
    public Membership? Read(PropertyValues values) => rule.IncludesRow(values) ? Read(values[member], values[account]) : null;

    public string? RoleOf(EntityEntry entry) => role is null ? null : MappedValue.Text(role.Current(entry));

    /// <inheritdoc cref="Read(PropertyValues)"/>
    public static Membership? Read(object? member, object? account) =>
        KeyText.Of(member) is { } memberId && KeyText.Of(account) is { } accountId ? new Membership(memberId, accountId) : null;
}
