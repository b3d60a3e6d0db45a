using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Scopes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Intilery.AspNetCore.Hosting;

/// <summary>Registers the clock, and the singletons that depend on it.</summary>
internal static class ClockRegistration
{
    public static void AddClock(this IServiceCollection services) => services.AddSingleton(provider => new HostClock(
        // A clock that is not a singleton cannot be used beyond its request.
        (services.LifetimeOf(typeof(TimeProvider)) == ServiceLifetime.Scoped ? null : provider.GetService<TimeProvider>()) ?? TimeProvider.System));

    public static void AddWithClock<T>(this IServiceCollection services)
        where T : class => services.AddSingleton(Create<T>);

    public static void TryAddWithClock<T>(this IServiceCollection services)
        where T : class => services.TryAddSingleton(Create<T>);

    private static T Create<T>(IServiceProvider services) => ActivatorUtilities.CreateInstance<T>(services, services.GetRequiredService<HostClock>().Time);
}
