using Intilery.AspNetCore;
using Intilery.AspNetCore.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers Intilery's lifecycle tracking.</summary>
public static class IntileryServiceCollectionExtensions
{
    /// <summary>
    /// Registers the services of lifecycle tracking. <c>WebApplication.CreateBuilder</c> needs no call: the package registers
    /// itself. Call it with <c>CreateSlimBuilder</c>, in a worker (where it also switches tracking on), and to configure the parts that
    /// need code. Calling it more than once, in any order with other registrations, is the same as calling it once.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <returns>The builder for the parts that need code.</returns>
    public static IntileryBuilder AddIntilery(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        ServiceRegistration.AddByHand(services);
        return new IntileryBuilder(services);
    }

    /// <summary>
    /// Registers the services of lifecycle tracking, as <see cref="AddIntilery(IServiceCollection)"/> does, and sets options in code. What
    /// code sets replaces what the configuration section <c>Intilery</c> holds, and is validated with it when the application starts.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Changes the options. It runs when they are first read, and again when the configuration changes.</param>
    /// <returns>The builder for the parts that need code.</returns>
    /// <example>
    /// <code>
    /// builder.Services.AddIntilery(options => options.Tenant.ClaimType = "workspace");
    /// </code>
    /// </example>
    public static IntileryBuilder AddIntilery(this IServiceCollection services, Action<IntileryOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        var builder = services.AddIntilery();
        services.Configure(configure);
        return builder;
    }
}
