using Intilery.AspNetCore.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>The application's tenants, each as what makes a service scope the tenant's own.</summary>
internal sealed record TenantList(Func<IServiceProvider, IAsyncEnumerable<Action<IServiceProvider>>> Read);

/// <summary>
/// Makes the application's contexts for work without a request: one of each class, or, where the application has said which tenants there are, one
/// for each tenant.
/// </summary>
/// <param name="types">The classes of the contexts.</param>
/// <param name="scopes">Makes the service scopes.</param>
/// <param name="diagnostics">Where contexts that cannot be used are logged.</param>
/// <param name="tenants">The application's tenants; <see langword="null"/> if it has not said which there are.</param>
internal sealed class ApplicationContexts(IReadOnlyList<Type> types, IServiceScopeFactory scopes, LifecycleDiagnostics diagnostics, TenantList? tenants = null)
{
    /// <summary>
    /// Works with each context, in a service scope of its own. Tenants that share a database and a model share a context. One that fails is logged,
    /// and the work goes on with the next.
    /// </summary>
    /// <param name="activity">What the work is, for the log.</param>
    /// <param name="work">The work. Returns whether the next tenant's context of the same class is wanted.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Whether all contexts that were wanted could be used.</returns>
    public async Task<bool> ForEachAsync(string activity, Func<DbContext, Task<bool>> work, CancellationToken cancellationToken)
    {
        IReadOnlyList<Action<IServiceProvider>> entries;
        try
        {
            entries = await TenantsAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            diagnostics.Failed(activity, exception);
            return false;
        }

        var isComplete = true;
        foreach (var type in types)
        {
            var known = new HashSet<(string?, IModel)>();
            var isWanted = true;
            for (var i = 0; isWanted && i < entries.Count; i++)
            {
                try
                {
                    isWanted = await WorkAsync(type, entries[i], known, work).ConfigureAwait(false);
                }
                catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
                {
                    // A context that needs a request or a tenant, or a database that is away.
                    diagnostics.Failed(activity, exception);
                    isComplete = false;
                }
            }
        }

        return isComplete;
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

    private async Task<bool> WorkAsync(Type type, Action<IServiceProvider> enter, HashSet<(string?, IModel)> known, Func<DbContext, Task<bool>> work)
    {
        var scope = scopes.CreateAsyncScope();
        await using var _ = scope.ConfigureAwait(false);
        enter(scope.ServiceProvider);
        var context = (DbContext)scope.ServiceProvider.GetRequiredService(type);
        var isKnown = tenants is not null && context.Database.IsRelational() && !known.Add((context.Database.GetConnectionString(), context.Model));
        return isKnown || await work(context).ConfigureAwait(false);
    }
}
