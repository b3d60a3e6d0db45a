using System.Runtime.CompilerServices;
using Intilery.AspNetCore.Events;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>Caches the watched entity types of each model. EF Core may share a model between applications, whose mappings differ.</summary>
internal sealed class WatchedModels(IEnumerable<EntityMapping> mappings, IOptionsMonitor<IntileryOptions> options)
{
    private readonly IReadOnlyList<EntityMapping> _mappings = Last(mappings);
    private readonly ConditionalWeakTable<IModel, WatchedModel> _models = [];

    public WatchedModel Of(IModel model) =>
        _models.TryGetValue(model, out var known)
            ? known
            : _models.GetValue(model, unknown => new WatchedModel(unknown, _mappings, options));

    // Mapped twice by the same call, the last one counts.
    private static List<EntityMapping> Last(IEnumerable<EntityMapping> mappings) =>
        [.. mappings.GroupBy(mapping => (mapping.GetType(), mapping.Type)).Select(same => same.Last())];
}

/// <summary>Which entity types of a model are watched, and by what: Identity's own, and those that the application maps.</summary>
internal sealed class WatchedModel
{
    private readonly Dictionary<IEntityType, EntityWatch[]> _watches = [];
    private readonly bool _seesUnchanged;

    public WatchedModel(IModel model, IReadOnlyList<EntityMapping> mappings, IOptionsMonitor<IntileryOptions> options)
    {
        foreach (var type in model.GetEntityTypes())
        {
            EntityWatch[] watches = [.. IdentityWatches.Of(type, mappings, options), .. Mapped(type, mappings)];
            if (watches.Length > 0)
            {
                _watches.Add(type, watches);
            }
        }

        var all = _watches.Values.SelectMany(watches => watches).ToList();
        _seesUnchanged = all.Exists(watch => watch.SeesUnchanged);
        DetectsChanges = model.GetEntityTypes().Any(type => type.GetChangeTrackingStrategy() == ChangeTrackingStrategy.Snapshot);
        Memberships = [.. all.OfType<MembershipWatch>().Select(watch => watch.Source)];
        Users = [.. _watches.SelectMany(watched => watched.Value.OfType<UserWatch>())];
        Accounts = [.. all.OfType<AccountWatch>().Select(watch => watch.Rows)];
        Addresses = [.. all.OfType<UserWatch>().Select(watch => watch.Addresses).OfType<MembershipSource>()];
        Roles = [.. all.OfType<RoleClaimWatch>().Select(watch => watch.Source)];
    }

    public bool IsEmpty => _watches.Count == 0;

    /// <summary>Gets a value indicating whether EF Core detects changes: it does not where every entity notifies it.</summary>
    public bool DetectsChanges { get; }

    /// <summary>Gets the names of the tables whose rows make events; none if the database has no tables.</summary>
    public IReadOnlyList<string> Tables => field ??= [.. _watches
        .Where(watched => Array.Exists(watched.Value, watch => watch is not UserRoleWatch))
        .Select(watched => watched.Key.GetTableName())
        .OfType<string>()
        .Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>Gets all sources of memberships in the model.</summary>
    public IReadOnlyList<MembershipSource> Memberships { get; }

    /// <summary>Gets the watches of users.</summary>
    public IReadOnlyList<UserWatch> Users { get; }

    /// <summary>Gets the tables of accounts, each its own only member.</summary>
    public IReadOnlyList<MembershipSource> Accounts { get; }

    /// <summary>Gets where users' e-mail addresses are.</summary>
    public IReadOnlyList<MembershipSource> Addresses { get; }

    /// <summary>Gets the claims that may name a user's role in an account.</summary>
    public IReadOnlyList<MembershipSource> Roles { get; }

    /// <summary>
    /// Returns the entity types that have such a watch, of each hierarchy the highest: a query of it returns the rows of the others.
    /// </summary>
    public IEnumerable<IEntityType> TypesWith<TWatch>()
        where TWatch : EntityWatch
    {
        return _watches.Keys.Where(type => Has(type) && !(type.BaseType is { } parent && Has(parent)));

        bool Has(IEntityType type) => WatchesOf(type)?.OfType<TWatch>().Any() == true;
    }

    public IReadOnlyList<EntityWatch>? WatchesOf(EntityEntry entry) => WatchesOf(entry.Metadata);

    public IReadOnlyList<EntityWatch>? WatchesOf(IEntityType type) => _watches.GetValueOrDefault(type);

    public UserWatch? UserWatchOf(EntityEntry entry) => WatchesOf(entry)?.OfType<UserWatch>().FirstOrDefault();

    /// <summary>Whether a save of the entity, as it is now, writes something that is watched.</summary>
    public bool IsTouchedBy(EntityEntry entry)
    {
        var isUnchanged = entry.State is EntityState.Unchanged or EntityState.Detached;
        if ((isUnchanged && !_seesUnchanged) || !_watches.TryGetValue(entry.Metadata, out var watches))
        {
            return false;
        }

        return Array.Exists(watches, watch => (!isUnchanged || watch.SeesUnchanged) && watch.IsTouchedBy(entry));
    }

    // Users are watched by Identity's conventions; a mapping only adds to these.
    private static IEnumerable<EntityWatch> Mapped(IEntityType type, IReadOnlyList<EntityMapping> mappings) =>
        mappings.Where(mapping => mapping is not UserMapping && mapping.Covers(type))
            .Select(mapping => mapping.Watch(type))
            .OfType<EntityWatch>();
}

/// <summary>Looks at the rows of one entity type that a save changes.</summary>
internal abstract class EntityWatch
{
    /// <summary>Gets a value indicating whether an unchanged entity may have changed all the same, in what it owns.</summary>
    public virtual bool SeesUnchanged => false;

    /// <summary>Gets the columns whose values before the save matter.</summary>
    public abstract IEnumerable<IProperty> Columns { get; }

    /// <summary>Whether a save of the entity, as it is now, writes one of them.</summary>
    public virtual bool IsTouchedBy(EntityEntry entry) =>
        entry.State is EntityState.Added or EntityState.Deleted || Columns.Any(column => ChangedRow.Writes(entry, column));

    /// <summary>Notes what the row's change may mean. What it does mean is read after the save: keys are temporary before it.</summary>
    public abstract void Note(ChangedRow row, PendingSave save);
}

/// <summary>What is watched of an entity type because it is a user or a claim of Identity's, or a user that the application maps.</summary>
internal static class IdentityWatches
{
    // What an application may call the account that a user belongs to. "AccountId" is not among them: many mean a bank's by it.
    public static IReadOnlyList<string> TenantNames { get; } = ["TenantId", "OrganizationId", "OrganisationId", "OrgId"];

    /// <summary>Whether a class is a user of Identity's, with a key of any type.</summary>
    public static bool IsUser(Type type) => Derives(type, typeof(IdentityUser<>));

    public static bool IsClaim(IEntityType type) => Derives(type.ClrType, typeof(IdentityUserClaim<>));

    public static bool IsUserRole(IEntityType type) => Derives(type.ClrType, typeof(IdentityUserRole<>));

    public static bool IsRole(IEntityType type) => Derives(type.ClrType, typeof(IdentityRole<>));

    public static IEnumerable<EntityWatch> Of(
        IEntityType type, IReadOnlyList<EntityMapping> mappings, IOptionsMonitor<IntileryOptions> options)
    {
        // Walked by generic definition: "is IdentityUser" would miss every key type but string.
        var mapping = mappings.OfType<UserMapping>().LastOrDefault(mapping => mapping.Covers(type));
        if (!type.IsOwned() && (mapping is not null || IsUser(type.ClrType)) && KeyOf(type) is { } key)
        {
            var deleted = mapping?.IsDeleted?.ColumnOf(type);
            yield return new UserWatch(
                key,
                new UserProperties(type, mapping),
                deleted is null ? null : new RowRule(deleted, value => !mapping!.IsDeleted!.IsDeleted(value)))
            {
                Addresses = AddressOf(type, mapping) is { } address
                    ? new MembershipSource(type, key, address, RowRule.Every, null) { Subject = SourceSubject.Address }
                    : null,
            };
            if ((mapping?.Tenant is { } tenant ? tenant.ColumnOf(type) : TenantOf(type)) is { } account)
            {
                yield return new MembershipWatch(new MembershipSource(type, key, account, RowRule.Every, null));
            }
        }
        else if (Derives(type.ClrType, typeof(IdentityUserClaim<>)))
        {
            var member = type.FindProperty(nameof(IdentityUserClaim<>.UserId))!;
            var value = type.FindProperty(nameof(IdentityUserClaim<>.ClaimValue))!;
            var kind = type.FindProperty(nameof(IdentityUserClaim<>.ClaimType))!;
            yield return new MembershipWatch(
                new MembershipSource(type, member, value, OfTypes(kind, () => options.CurrentValue.Tenant.EffectiveClaimTypes), null));
            yield return new RoleClaimWatch(new MembershipSource(
                type,
                member,
                value,
                OfTypes(kind, () => options.CurrentValue.Tenant.RoleClaimType is { } one ? [one] : []),
                null) { Subject = SourceSubject.Role });
        }
        else if (Derives(type.ClrType, typeof(IdentityUserRole<>)))
        {
            yield return new UserRoleWatch(
                type.FindProperty(nameof(IdentityUserRole<>.UserId))!, type.FindProperty(nameof(IdentityUserRole<>.RoleId))!, options);
        }
    }

    private static RowRule OfTypes(IProperty kind, Func<IEnumerable<string>> types) =>
        new(kind, type => type is string own && types().Contains(own)) { Values = types };

    private static IProperty? KeyOf(IEntityType type) =>
        type.FindPrimaryKey() is { Properties: [var key] } ? key : type.FindProperty(nameof(IdentityUser.Id));

    // A computed one is in no column to ask for.
    private static IProperty? AddressOf(IEntityType type, UserMapping? mapping) =>
        mapping?.Of(ProfileMembers.Email) is { } mapped ? mapped.ColumnOf(type) : type.FindProperty(nameof(IdentityUser.Email));

    private static IProperty? TenantOf(IEntityType type) =>
        TenantNames.Select(type.FindProperty).FirstOrDefault(property => property is not null);

    private static bool Derives(Type? type, Type definition)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (type.IsGenericType && type.GetGenericTypeDefinition() == definition)
            {
                return true;
            }
        }

        return false;
    }
}
