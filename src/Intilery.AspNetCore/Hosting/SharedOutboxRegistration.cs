using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.EntityFramework;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Hosting;

/// <summary>Replaces the embedded outbox by the application's database.</summary>
internal static class SharedOutboxRegistration
{
    public static void Replace<TContext>(IServiceCollection services)
        where TContext : DbContext
    {
        services.Replace(ServiceDescriptor.Singleton<IOutboxSessions, OutboxSessions<TContext>>());
        services.TryAddWithClock<HeartbeatMonitor>();
        services.TryAddSingleton<IOpenScopes, OpenScopes>();
        services.TryAddSingleton<NodeRegistry>();
        services.TryAddSingleton<OutboxAvailability>();
        services.TryAddWithClock<DeliveryLease>();
        services.TryAddSingleton<INodeHeartbeat, NodeHeartbeat>();
        services.TryAddSingleton<ITransactionalOutbox, TransactionalOutbox>();
        services.TryAddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptionsMonitor<IntileryOptions>>();
            return new LeaseTime(() => options.CurrentValue.Delivery.RequestTimeout);
        });
        services.Replace(ServiceDescriptor.Singleton<IDeliveryLease>(provider => provider.GetRequiredService<DeliveryLease>()));
        services.Replace(ServiceDescriptor.Singleton<IOutboxStore>(provider =>
        {
            var store = ActivatorUtilities.CreateInstance<EntityFrameworkOutboxStore>(provider, provider.GetRequiredService<HostClock>().Time);
            store.Open();
            return store;
        }));
    }
}
