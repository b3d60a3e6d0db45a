using Intilery.AspNetCore.Capture.EntityFramework;
using Intilery.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Intilery.AspNetCore;

/// <summary>Configures the parts of lifecycle tracking that need code. Returned by <c>AddIntilery()</c>.</summary>
public sealed partial class IntileryBuilder
{
    internal IntileryBuilder(IServiceCollection services) => Services = services;

    /// <summary>Gets the application's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>
    /// Lets events wait in the application's own database instead of a file of this machine: for containers, and for several
    /// nodes, which then share them. The context's model must hold the tables (<c>modelBuilder.AddIntileryOutbox()</c> and a
    /// migration); if it does not, the start fails with an <see cref="InvalidOperationException"/> that names the missing call. A
    /// database that is not migrated yet stops nothing: events wait in memory until it is. Of several calls, the last counts.
    /// </summary>
    /// <typeparam name="TContext">
    /// The application's context, registered with <c>AddDbContext</c> or its relatives, by a connection string.
    /// </typeparam>
    /// <returns>The same builder.</returns>
    public IntileryBuilder UseEntityFrameworkOutbox<TContext>()
        where TContext : DbContext
    {
        SharedOutboxRegistration.Replace<TContext>(Services);
        return this;
    }

    /// <summary>
    /// Lets the application resolve the tenant of an event, sent as <c>context.groupId</c>, in place of the claims alone. Of several
    /// calls, the last counts.
    /// </summary>
    /// <typeparam name="TResolver">
    /// The resolver: scoped, unless it is registered as itself with another lifetime. It is taken from a service scope of its own, never
    /// from the request's.
    /// </typeparam>
    /// <returns>The same builder.</returns>
    public IntileryBuilder UseTenantResolver<TResolver>()
        where TResolver : class, ILifecycleTenantResolver
    {
        Services.TryAddScoped<TResolver>();
        Services.Replace(ServiceDescriptor.Singleton(new Compose.TenantResolverType(typeof(TResolver))));
        return this;
    }

    /// <summary>
    /// Supplies the application's tenants, and how a service scope becomes one tenant's, for work that reads mapped rows without a request:
    /// the trial clock, the backfill, and the lookup of the account of a session. Needed where a context cannot be made without a tenant.
    /// Of several calls, the last counts.
    /// </summary>
    /// <typeparam name="TTenant">What stands for a tenant: its id, or an object that the application has for it.</typeparam>
    /// <param name="tenants">
    /// Returns the tenants. Its services are of a scope of its own; it is called again for each look at the rows.
    /// </param>
    /// <param name="enter">
    /// Makes a service scope the tenant's, before a context is taken from it. It is called once for each tenant and context class; what it
    /// sets in an
    /// <see cref="AsyncLocal{T}"/> lasts for that scope.
    /// </param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <example>
    /// <code>
    /// builder.Services.AddIntilery().ForEachTenant(
    ///     services => services.GetRequiredService&lt;CatalogDb&gt;().Tenants.Select(tenant => tenant.Id).AsAsyncEnumerable(),
    ///     (services, id) => services.GetRequiredService&lt;CurrentTenant&gt;().Id = id);
    /// </code>
    /// </example>
    public IntileryBuilder ForEachTenant<TTenant>(
        Func<IServiceProvider, IAsyncEnumerable<TTenant>> tenants, Action<IServiceProvider, TTenant> enter)
    {
        ArgumentNullException.ThrowIfNull(tenants);
        ArgumentNullException.ThrowIfNull(enter);
        Services.Replace(
            ServiceDescriptor.Singleton(
                new TenantList(services => tenants(services).Select(tenant => (Action<IServiceProvider>)(scope => enter(scope, tenant))))));
        return this;
    }

    /// <summary>
    /// Lets an enricher change events before they are recorded, or hold them back. It is a singleton, made when the application
    /// starts; one that cannot be made stops the start. Adding it again changes nothing; several run in the order of their registration.
    /// </summary>
    /// <typeparam name="TEnricher">The enricher; an instance that is registered as itself is used.</typeparam>
    /// <returns>The same builder.</returns>
    public IntileryBuilder AddEnricher<TEnricher>()
        where TEnricher : class, IEventEnricher
    {
        Services.TryAddSingleton<TEnricher>();
        Services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IEventEnricher, TEnricher>(static services => services.GetRequiredService<TEnricher>()));
        return this;
    }

    /// <summary>
    /// Lets an observer see what was recorded, after it was. It is a singleton, made when the application starts; one that cannot be
    /// made stops the start. Adding it again changes nothing; several are called in the order of their registration.
    /// </summary>
    /// <typeparam name="TObserver">The observer; an instance that is registered as itself is used.</typeparam>
    /// <returns>The same builder.</returns>
    public IntileryBuilder AddObserver<TObserver>()
        where TObserver : class, ILifecycleEventObserver
    {
        Services.TryAddSingleton<TObserver>();
        Services.TryAddEnumerable(ServiceDescriptor.Singleton<ILifecycleEventObserver, TObserver>(
            static services => services.GetRequiredService<TObserver>()));
        return this;
    }

    /// <summary>
    /// Lets the application name the user of a Trial Ended that the trial clock sends. Without one it is the user who started the
    /// trial. Of several calls, the last counts.
    /// </summary>
    /// <typeparam name="TResolver">The resolver; made in a service scope of its own for each trial.</typeparam>
    /// <returns>The same builder.</returns>
    public IntileryBuilder UseTrialOwnerResolver<TResolver>()
        where TResolver : class, ITrialOwnerResolver
    {
        Services.Replace(ServiceDescriptor.Scoped<ITrialOwnerResolver, TResolver>());
        return this;
    }
}
