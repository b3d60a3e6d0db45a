using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Scopes;

/// <summary>Finds the lifetimes of services by the application's registrations.</summary>
internal static class RegisteredServices
{
    /// <summary>
    /// Returns the lifetime of the registration that a type resolves to, the last of itself or of its open generic; <see langword="null"/>
    /// if there is none.
    /// </summary>
    public static ServiceLifetime? LifetimeOf(this IEnumerable<ServiceDescriptor> services, Type type) =>
        services.LastOrDefault(service => !service.IsKeyedService && service.ServiceType == type)?.Lifetime
        ?? (type.IsConstructedGenericType ? services.LifetimeOf(type.GetGenericTypeDefinition()) : null);
}
