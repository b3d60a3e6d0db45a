using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>Reads which users have one of some roles, by Identity's tables: without a signed-in user no principal has them.</summary>
internal sealed class StoredRoles(ApplicationContexts contexts)
{
    /// <summary>Returns those of the users who have one of the roles.</summary>
    /// <exception cref="InvalidOperationException">A context cannot be read, and with it perhaps who is to be left out.</exception>
    public async Task<IReadOnlySet<string>> FindAsync(
        IReadOnlyCollection<string> userIds, IReadOnlyCollection<string> roles, CancellationToken cancellationToken)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        if (roles.Count == 0)
        {
            return found;
        }

        var unread = await contexts.ForEachAsync("looking up the roles of users", ReadAsync, cancellationToken).ConfigureAwait(false);
        return unread.Count == 0 ? found : throw new InvalidOperationException(
            $"The roles of users cannot be read with {string.Join(", ", unread.Select(type => type.Name))}, so the users that Intilery:Exclude:Roles excludes are unknown.");

        async Task<bool> ReadAsync(DbContext context)
        {
            if (!context.Database.IsRelational() || !context.Model.GetEntityTypes().Any(IsOfRoles))
            {
                return true;
            }

            await context.Database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                foreach (var query in Queries(context, userIds, [.. roles]))
                {
                    await query.ReadAsync().ConfigureAwait(false);
                    found.UnionWith(query.Rows.Select(row => KeyText.Of(row[0])).OfType<string>());
                }

                foreach (var query in await MembersAsync(context, userIds, roles).ConfigureAwait(false))
                {
                    await query.ReadAsync().ConfigureAwait(false);
                    found.UnionWith(query.Rows.Select(row => KeyText.Of(row[0])).OfType<string>());
                }
            }
            finally
            {
                await context.Database.CloseConnectionAsync().ConfigureAwait(false);
            }

            return true;
        }
    }

    private static bool IsOfRoles(IEntityType type) => IdentityWatches.IsClaim(type) || IdentityWatches.IsUserRole(type);

    // Users who have a role as a claim: of the values, only the roles count, and of the types only that of roles.
    private static IEnumerable<RowQuery> Queries(DbContext context, IReadOnlyCollection<string> userIds, IReadOnlyList<object> roles)
    {
        foreach (var claims in context.Model.GetEntityTypes().Where(type => IdentityWatches.IsClaim(type) && type.BaseType is null))
        {
            var (user, kind, value) = (
                claims.FindProperty(nameof(IdentityUserClaim<>.UserId))!,
                claims.FindProperty(nameof(IdentityUserClaim<>.ClaimType))!,
                claims.FindProperty(nameof(IdentityUserClaim<>.ClaimValue))!);
            if (StoreObjectIdentifier.Create(claims, StoreObjectType.Table) is { } table)
            {
                foreach (var some in userIds.Select(id => KeyText.Parse(id, user.ClrType)).OfType<object>().Chunk(KeysPerQuery))
                {
                    foreach (var query in RowQuery.Of(context, table, [user], [user, kind], some.Select(id => new[] { id, ClaimTypes.Role }), (value, roles)))
                    {
                        yield return query;
                    }
                }
            }
        }
    }

    private static async Task<IReadOnlyList<RowQuery>> MembersAsync(
        DbContext context, IReadOnlyCollection<string> userIds, IReadOnlyCollection<string> roles)
    {
        var queries = new List<RowQuery>();
        foreach (var members in context.Model.GetEntityTypes().Where(type => IdentityWatches.IsUserRole(type) && type.BaseType is null))
        {
            var (user, role) =
                (members.FindProperty(nameof(IdentityUserRole<>.UserId))!, members.FindProperty(nameof(IdentityUserRole<>.RoleId))!);
            if (StoreObjectIdentifier.Create(members, StoreObjectType.Table) is { } table
                && await RoleIdsAsync(context, roles).ConfigureAwait(false) is { Count: > 0 } ids)
            {
                queries.AddRange(
                    RowQuery.Of(
                        context,
                        table,
                        [user],
                        [user],
                        userIds.Select(id => KeyText.Parse(id, user.ClrType)).OfType<object>().Select(id => new[] { id }),
                        (role, ids)));
            }
        }

        return queries;
    }

    private static async Task<IReadOnlyList<object>> RoleIdsAsync(DbContext context, IReadOnlyCollection<string> roles)
    {
        var ids = new List<object>();
        foreach (var type in context.Model.GetEntityTypes().Where(type => IdentityWatches.IsRole(type) && type.BaseType is null))
        {
            var (id, name) = (type.FindProperty(nameof(IdentityRole.Id))!, type.FindProperty(nameof(IdentityRole.Name))!);
            if (StoreObjectIdentifier.Create(type, StoreObjectType.Table) is { } table)
            {
                foreach (var query in RowQuery.Of(context, table, [id], [name], roles.Select(role => new object[] { role })))
                {
                    await query.ReadAsync().ConfigureAwait(false);
                    ids.AddRange(query.Rows.Select(row => row[0]).OfType<object>());
                }
            }
        }

        return ids;
    }

    private const int KeysPerQuery = 200;
}
