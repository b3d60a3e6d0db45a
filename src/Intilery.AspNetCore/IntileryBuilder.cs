using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore;

/// <summary>Configures what code alone can say about lifecycle tracking. Returned by <c>AddIntilery()</c>.</summary>
public sealed class IntileryBuilder
{
    internal IntileryBuilder(IServiceCollection services) => Services = services;

    /// <summary>Gets the application's services.</summary>
    public IServiceCollection Services { get; }
}
