using System.Transactions;
using Intilery.AspNetCore.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>The application's tenants, each as what makes a service scope the tenant's own.</summary>
internal sealed record TenantList(Func<IServiceProvider, IAsyncEnumerable<Action<IServiceProvider>>> Read);

/// <summary>A class of the application's contexts, as one of its tenants has it, or as all have.</summary>
internal sealed record ContextSource(Type Type, Action<IServiceProvider> Enter);

/// <summary>
/// Makes the application's contexts for reads without a request: one of each class, or, where the application supplies its tenants, one for
/// each tenant. Whatever of the package reads the application's tables outside of a save reads them with these.
/// </summary>
/// <param name="types">The classes of the contexts.</param>
/// <param name="scopes">Makes the service scopes.</param>
/// <param name="diagnostics">Where contexts that cannot be used are logged.</param>
/// <param name="tenants">The application's tenants; <see langword="null"/> if it does not supply them.</param>
internal sealed class ApplicationContexts(
    IReadOnlyList<Type> types, IServiceScopeFactory scopes, LifecycleDiagnostics diagnostics, TenantList? tenants = null)
{
    /// <summary>Gets a value indicating whether the application supplies its tenants.</summary>
    public bool HasTenants => tenants is not null;

    /// <summary>
    /// Works with each context, in a service scope of its own. Tenants that share a database and a model share a context. One that fails is
    /// logged, and the work goes on with the next.
    /// </summary>
    /// <param name="activity">What the work is, for the log.</param>
    /// <param name="work">The work. Returns whether the next tenant's context of the same class is wanted.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The classes of which not all contexts that were wanted could be used.</returns>
    public Task<IReadOnlyList<Type>> ForEachAsync(string activity, Func<DbContext, Task<bool>> work, CancellationToken cancellationToken) =>
        ForEachAsync(activity, static _ => true, (_, context) => work(context), int.MaxValue, cancellationToken);

    /// <summary>As the other, for some of the classes.</summary>
    /// <param name="activity">What the work is, for the log.</param>
    /// <param name="isWanted">Returns whether a class is wanted.</param>
    /// <param name="work">The work. Gets what opens the context again.</param>
    /// <param name="limit">How many contexts of a class the work is worth.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<IReadOnlyList<Type>> ForEachAsync(
        string activity,
        Func<Type, bool> isWanted,
        Func<ContextSource, DbContext, Task<bool>> work,
        int limit,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<Action<IServiceProvider>> entries;
        try
        {
            entries = await TenantsAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            diagnostics.Failed(activity, exception);
            return types;
        }

        var failed = new List<Type>();
        foreach (var type in types.Where(isWanted))
        {
            var known = new HashSet<(string?, IModel)>();
            var isMoreWanted = true;
            for (var i = 0; isMoreWanted && i < entries.Count; i++)
            {
                try
                {
                    var source = new ContextSource(type, entries[i]);
                    isMoreWanted = await WithAsync(source, context => WorkAsync(source, context, known)).ConfigureAwait(false);
                }
                catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
                {
                    // A context that needs a request or a tenant, or a database that is away.
                    Fail(type, exception);
                }
            }
        }

        return failed;

        Task<bool> WorkAsync(ContextSource source, DbContext context, HashSet<(string?, IModel)> known)
        {
            if (IsKnown(context, known))
            {
                return Task.FromResult(true);
            }

            if (known.Count <= limit)
            {
                return work(source, context);
            }

            Fail(source.Type, new InvalidOperationException(
                $"The tenants of the application have more than {limit} databases, which are too many to look through. "
                + "Register a tenant resolver, or put the tenant into a claim of the session."));
            return Task.FromResult(false);
        }

        void Fail(Type type, Exception exception)
        {
            diagnostics.Failed(activity, exception);
            if (!failed.Contains(type))
            {
                failed.Add(type);
            }
        }
    }

    /// <summary>Opens a context again. Nothing that is read with it is changed.</summary>
    public async Task<T> WithAsync<T>(ContextSource source, Func<DbContext, Task<T>> work)
    {
        // The reads do not join a transaction of the caller's.
        using var own = new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);
        var scope = scopes.CreateAsyncScope();
        await using var _ = scope.ConfigureAwait(false);
        source.Enter(scope.ServiceProvider);
        var context = (DbContext)scope.ServiceProvider.GetRequiredService(source.Type);
        context.ChangeTracker.AutoDetectChangesEnabled = false;
        return await work(context).ConfigureAwait(false);
    }

    // Read to the end before the work begins: an open reader may hold up the application's writers.
    private async Task<IReadOnlyList<Action<IServiceProvider>>> TenantsAsync(CancellationToken cancellationToken)
    {
        if (tenants is null)
        {
            return [static _ => { }];
        }

        var scope = scopes.CreateAsyncScope();
        await using var _ = scope.ConfigureAwait(false);
        var entries = new List<Action<IServiceProvider>>();
        await foreach (var entry in tenants.Read(scope.ServiceProvider).WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            entries.Add(entry);
        }

        return entries;
    }

    private bool IsKnown(DbContext context, HashSet<(string?, IModel)> known) =>
        tenants is not null && context.Database.IsRelational() && !known.Add((context.Database.GetConnectionString(), context.Model));
}
