using Intilery.AspNetCore.Events;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>What is watched of an entity type because it is a user or a claim of Identity's, or a user by the application's word.</summary>
internal static class IdentityWatches
{
    // What an application may call the account that a user belongs to. "AccountId" is not among them: many mean a bank's by it.
    private static readonly string[] _tenantNames = ["TenantId", "OrganizationId", "OrganisationId", "OrgId"];

    public static IEnumerable<EntityWatch> Of(IEntityType type, IReadOnlyList<EntityMapping> mappings, IOptionsMonitor<IntileryOptions> options)
    {
        // Walked by generic definition: "is IdentityUser" would miss every key type but string.
        var mapping = mappings.OfType<UserMapping>().LastOrDefault(mapping => mapping.Covers(type));
        if (!type.IsOwned() && (mapping is not null || Derives(type.ClrType, typeof(IdentityUser<>))) && KeyOf(type) is { } key)
        {
            var deleted = mapping?.IsDeleted?.ColumnOf(type);
            yield return new UserWatch(key, new UserProperties(type, mapping), deleted is null ? null : new RowRule(deleted, value => !mapping!.IsDeleted!.IsDeleted(value)))
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
            yield return new MembershipWatch(new MembershipSource(type, member, value, OfTypes(kind, () => options.CurrentValue.Tenant.EffectiveClaimTypes), null));
            yield return new RoleClaimWatch(new MembershipSource(
                type, member, value, OfTypes(kind, () => options.CurrentValue.Tenant.RoleClaimType is { } one ? [one] : []), null) { Subject = SourceSubject.Role });
        }
        else if (Derives(type.ClrType, typeof(IdentityUserRole<>)))
        {
            yield return new UserRoleWatch(type.FindProperty(nameof(IdentityUserRole<>.UserId))!, type.FindProperty(nameof(IdentityUserRole<>.RoleId))!);
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
        _tenantNames.Select(type.FindProperty).FirstOrDefault(property => property is not null);

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
