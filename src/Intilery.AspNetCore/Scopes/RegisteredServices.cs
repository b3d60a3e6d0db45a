using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Scopes;

/// <summary>Answers, by an application's registrations, how long its services live.</summary>
internal static class RegisteredServices
{
    /// <summary>Returns the lifetime of what a type resolves to, which is what was registered last, itself or as an open generic; <see langword="null"/> if nothing was.</summary>
    public static ServiceLifetime? LifetimeOf(this IEnumerable<ServiceDescriptor> services, Type type) =>
        services.LastOrDefault(service => !service.IsKeyedService && service.ServiceType == type)?.Lifetime
        ?? (type.IsConstructedGenericType ? services.LifetimeOf(type.GetGenericTypeDefinition()) : null);
}
