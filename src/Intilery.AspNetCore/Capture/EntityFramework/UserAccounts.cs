using System.Collections.Concurrent;
using Intilery.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>
/// Reads which account a user is in from the application's tables: the user's tenant column, else the one mapped membership. It reads as
/// the database has them, ignoring query filters.
/// </summary>
internal sealed class UserAccounts(
    IEnumerable<ServiceDescriptor> registrations,
    IEnumerable<EntityMapping> mappings,
    ApplicationContexts contexts,
    WatchedModels models,
    LifecycleDiagnostics diagnostics)
{
    // A sign-in waits for the answer.
    private const int MaxDatabases = 16;

    private readonly ConcurrentDictionary<Type, bool> _withAccounts = [];

    /// <summary>Gets a value indicating whether the tables have the account of a user, as far as that is known without a context.</summary>
    public bool CanFind { get; } =
        mappings.Any(
            mapping =>
                mapping is MembershipMapping or UserMapping { Tenant: not null } || (mapping is UserMapping && HasTenant(mapping.Type)))
        || registrations.Any(service => service.ServiceType.IsGenericType && service.ServiceType.GetGenericTypeDefinition() == typeof(IUserStore<>)
            && HasTenant(service.ServiceType.GetGenericArguments()[0]));

    public async Task<string?> FindAsync(string userId, CancellationToken cancellationToken)
    {
        if (!CanFind)
        {
            return null;
        }

        // Tenants' databases may have different users of one id: no answer is the only one before all are read.
        var (own, joined) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        await contexts.ForEachAsync(
            "looking up the account of a user",
            type => (own.Count == 0 || contexts.HasTenants) && _withAccounts.GetValueOrDefault(type, true),
            async (source, context) =>
            {
                await ReadAsync(source.Type, context, userId, own, joined, cancellationToken).ConfigureAwait(false);
                return true;
            },
            MaxDatabases,
            cancellationToken).ConfigureAwait(false);
        var found = own.Count > 0 ? own : joined;
        if (found.Count > 1)
        {
            diagnostics.WithoutTenant(Reasons.AmbiguousTenant);
        }

        return found.Count == 1 ? found.First() : null;
    }

    /// <summary>
    /// Returns the accounts of users by all that is stored: the tenant claims, else the user's tenant column, else the mapped memberships.
    /// Who has none is not among them.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> FindAsync(
        IReadOnlyCollection<string> userIds, CancellationToken cancellationToken)
    {
        var named = new Dictionary<(string UserId, int Rank), HashSet<string>>();
        await contexts.ForEachAsync(
            "looking up the accounts of users",
            async context =>
            {
                if (context.Database.IsRelational())
                {
                    await ReadAsync(context, userIds, named, cancellationToken).ConfigureAwait(false);
                }

                return true;
            },
            cancellationToken).ConfigureAwait(false);
        return named
            .GroupBy(pair => pair.Key.UserId, StringComparer.Ordinal)
            .ToDictionary(
                ranks => ranks.Key, ranks => (IReadOnlyList<string>)[.. ranks.MinBy(pair => pair.Key.Rank).Value], StringComparer.Ordinal);
    }

    private async Task ReadAsync(
        DbContext context,
        IReadOnlyCollection<string> userIds,
        Dictionary<(string UserId, int Rank),
        HashSet<string>> named,
        CancellationToken cancellationToken)
    {
        var sources = models.Of(context.Model).Memberships;
        if (sources.Count == 0)
        {
            return;
        }

        await context.Database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (var source in sources)
            {
                var rank = IdentityWatches.IsClaim(source.Type) ? 0 : IsOwn(source) ? 1 : 2;
                foreach (var query in RowReader.Queries(context, source, userIds.Select(user => KeyText.Parse(user, source.Member.ClrType)).OfType<object>()))
                {
                    await query.ReadAsync().ConfigureAwait(false);
                    foreach (var membership in query.Rows.Select(source.Read).OfType<Membership>())
                    {
                        (named.TryGetValue((membership.MemberId, rank), out var accounts)
                            ? accounts
                            : named[(membership.MemberId, rank)] = new(StringComparer.Ordinal)).Add(membership.AccountId);
                    }
                }
            }
        }
        finally
        {
            await context.Database.CloseConnectionAsync().ConfigureAwait(false);
        }
    }

    private static bool HasTenant(Type user) => IdentityWatches.TenantNames.Any(name => user.GetProperty(name) is not null);

    // Collects the account of the user's own row; only where it names none, those that others' rows name.
    private async Task ReadAsync(
        Type type, DbContext context, string userId, HashSet<string> own, HashSet<string> joined, CancellationToken cancellationToken)
    {
        if (!context.Database.IsRelational())
        {
            return;
        }

        var sources = models.Of(context.Model).Memberships.Where(source => !IdentityWatches.IsClaim(source.Type)).ToList();
        _withAccounts[type] = sources.Count > 0;
        if (sources.Count == 0)
        {
            return;
        }

        await context.Database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var before = own.Count;
            foreach (var source in sources.OrderByDescending(IsOwn))
            {
                if (!IsOwn(source) && own.Count > before)
                {
                    return;
                }

                foreach (var membership in await ReadAsync(context, source, userId).ConfigureAwait(false))
                {
                    (IsOwn(source) ? own : joined).Add(membership.AccountId);
                }
            }
        }
        finally
        {
            await context.Database.CloseConnectionAsync().ConfigureAwait(false);
        }
    }

    private static bool IsOwn(MembershipSource source) => source.Type.FindPrimaryKey()?.Properties is [var key] && key == source.Member;

    private static async Task<IReadOnlyList<Membership>> ReadAsync(DbContext context, MembershipSource source, string userId)
    {
        if (KeyText.Parse(userId, source.Member.ClrType) is not { } key)
        {
            return [];
        }

        var found = new List<Membership>();
        foreach (var query in RowReader.Queries(context, source, [key]))
        {
            await query.ReadAsync().ConfigureAwait(false);
            found.AddRange(query.Rows.Select(source.Read).OfType<Membership>());
        }

        return found;
    }
}
