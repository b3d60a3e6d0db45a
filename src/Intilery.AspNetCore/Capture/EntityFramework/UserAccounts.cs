using System.Collections.Concurrent;
using Intilery.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>
/// Reads which account a user is in from the application's tables: the user's tenant column, else the one mapped membership. It reads on
/// contexts of a scope of its own, as the database has them, whatever query filters say.
/// </summary>
internal sealed class UserAccounts(
    IEnumerable<ServiceDescriptor> registrations, IEnumerable<EntityMapping> mappings, WatchedModels models, LifecycleDiagnostics diagnostics)
{
    private readonly IReadOnlyList<Type> _contexts =
        [.. registrations
            .Where(service => service.ServiceType.IsGenericType && service.ServiceType.GetGenericTypeDefinition() == typeof(DbContextOptions<>))
            .Select(service => service.ServiceType.GetGenericArguments()[0])
            .Distinct()];

    private readonly ConcurrentDictionary<Type, bool> _withAccounts = [];

    /// <summary>Gets a value indicating whether the tables say which account a user is in, as far as that is known without a context.</summary>
    public bool CanFind { get; } =
        mappings.Any(mapping => mapping is MembershipMapping or UserMapping { Tenant: not null } || (mapping is UserMapping && HasTenant(mapping.Type)))
        || registrations.Any(service => service.ServiceType.IsGenericType && service.ServiceType.GetGenericTypeDefinition() == typeof(IUserStore<>)
            && HasTenant(service.ServiceType.GetGenericArguments()[0]));

    public async Task<string?> FindAsync(string userId, IServiceProvider services, CancellationToken cancellationToken)
    {
        if (!CanFind)
        {
            return null;
        }

        var joined = new HashSet<string>(StringComparer.Ordinal);
        foreach (var type in _contexts.Where(type => _withAccounts.GetValueOrDefault(type, true)))
        {
            try
            {
                if (await ReadAsync(type, userId, joined, services, cancellationToken).ConfigureAwait(false) is { } own)
                {
                    return own;
                }
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                // The application's own context may need what only a request has.
                diagnostics.Failed("looking up the account of a user", exception);
            }
        }

        if (joined.Count > 1)
        {
            diagnostics.WithoutTenant(Reasons.AmbiguousTenant);
        }

        return joined.Count == 1 ? joined.First() : null;
    }

    /// <summary>
    /// Returns the accounts of users by all that is stored: the tenant claims, else the user's tenant column, else the mapped memberships. Who has
    /// none is not among them.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> FindAsync(IReadOnlyCollection<string> userIds, IServiceProvider services, CancellationToken cancellationToken)
    {
        var named = new Dictionary<(string UserId, int Rank), HashSet<string>>();
        foreach (var type in _contexts)
        {
            try
            {
                if (services.GetService(type) is DbContext context && context.Database.IsRelational())
                {
                    await ReadAsync(context, userIds, named, cancellationToken).ConfigureAwait(false);
                }
            }
            catch (InvalidOperationException exception)
            {
                // The application's own context may need what only a request has.
                diagnostics.Failed("looking up the accounts of users", exception);
            }
        }

        return named
            .GroupBy(pair => pair.Key.UserId, StringComparer.Ordinal)
            .ToDictionary(ranks => ranks.Key, ranks => (IReadOnlyList<string>)[.. ranks.MinBy(pair => pair.Key.Rank).Value], StringComparer.Ordinal);
    }

    private async Task ReadAsync(
        DbContext context, IReadOnlyCollection<string> userIds, Dictionary<(string UserId, int Rank), HashSet<string>> named, CancellationToken cancellationToken)
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

    // Returns the account of the user's own row, and collects those that others' rows name.
    private async Task<string?> ReadAsync(Type type, string userId, HashSet<string> joined, IServiceProvider services, CancellationToken cancellationToken)
    {
        if (services.GetService(type) is not DbContext context || !context.Database.IsRelational())
        {
            return null;
        }

        var model = models.Of(context.Model);
        var sources = model.Memberships.Where(source => !IdentityWatches.IsClaim(source.Type)).ToList();
        _withAccounts[type] = sources.Count > 0;
        if (sources.Count == 0)
        {
            return null;
        }

        await context.Database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (var source in sources.OrderByDescending(IsOwn))
            {
                foreach (var membership in await ReadAsync(context, source, userId).ConfigureAwait(false))
                {
                    if (IsOwn(source))
                    {
                        return membership.AccountId;
                    }

                    joined.Add(membership.AccountId);
                }
            }

            return null;
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
