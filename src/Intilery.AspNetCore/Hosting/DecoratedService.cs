using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Hosting;

/// <summary>A service of the application that one of ours decorates, created by its own registration.</summary>
internal sealed class DecoratedService(ServiceDescriptor registration)
{
    private readonly ObjectFactory? _construct =
        registration.ImplementationType is { } type ? ActivatorUtilities.CreateFactory(type, Type.EmptyTypes) : null;

    public ServiceLifetime Lifetime => registration.Lifetime;

    public object Create(IServiceProvider services) =>
        registration.ImplementationInstance ?? registration.ImplementationFactory?.Invoke(services) ?? _construct!(services, null);
}
