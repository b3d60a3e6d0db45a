using Intilery.AspNetCore.Capture.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Hosting;

/// <summary>Decorates the registered <see cref="IPasswordHasher{TUser}"/> of each user type with the observer.</summary>
internal sealed class PasswordHasherDecoration(ServiceDescriptor inner)
{
    private readonly DecoratedService _inner = new(inner);

    private readonly ObjectFactory _observe = ActivatorUtilities.CreateFactory(
        typeof(PasswordHasherObserver<>).MakeGenericType(inner.ServiceType.GetGenericArguments()), [inner.ServiceType]);

    /// <summary>Decorates the application's registrations, once.</summary>
    public static void Apply(IServiceCollection services)
    {
        for (var i = 0; i < services.Count; i++)
        {
            if (services[i] is { IsKeyedService: false, ServiceType: { IsConstructedGenericType: true } type } registered
                && type.GetGenericTypeDefinition() == typeof(IPasswordHasher<>)
                && registered.ImplementationFactory?.Target is not PasswordHasherDecoration)
            {
                services[i] = new ServiceDescriptor(type, new PasswordHasherDecoration(registered).Create, registered.Lifetime);
            }
        }
    }

    private object Create(IServiceProvider services) => _observe(services, [_inner.Create(services)]);
}
