
using Intilery.AspNetCore;
using Intilery.AspNetCore.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers Intilery's lifecycle tracking.</summary>
public static class IntileryServiceCollectionExtensions
{
    /// <summary>
    /// Registers the services of lifecycle tracking. <c>WebApplication.CreateBuilder</c> needs no call: the package registers
    /// itself. Call it with <c>CreateSlimBuilder</c>, in a worker (which it also arms), and to configure what code alone can say.
    /// Calling it more than once, in any order with other registrations, is the same as calling it once.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <returns>The builder for what code alone can say.</returns>
    public static IntileryBuilder AddIntilery(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        ServiceRegistration.AddByHand(services);
        return new IntileryBuilder(services);
    }
}
