using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>Finds, by the registrations, the contexts of Identity's user stores for EF Core and of stores derived from them.</summary>
internal sealed class UserStores(IEnumerable<ServiceDescriptor> services)
{
    public IReadOnlyList<UserStoreContext> Contexts { get; } = Find([.. services.Where(service => !service.IsKeyedService)]);

    private static List<UserStoreContext> Find(IReadOnlyList<ServiceDescriptor> services) =>
        [.. services
            .Where(service => service.ServiceType.IsGenericType && service.ServiceType.GetGenericTypeDefinition() == typeof(IUserStore<>))
            .Select(service => ContextOf(service.ImplementationType))
            .OfType<Type>()
            .Distinct()
            .Where(context => services.LifetimeOf(context) == ServiceLifetime.Scoped)
            .Select(context => (Context: context, Options: typeof(DbContextOptions<>).MakeGenericType(context)))
            .Select(
                found => new UserStoreContext(found.Context, found.Options, services.LifetimeOf(found.Options) == ServiceLifetime.Scoped))];

    // The stores are generic over their context; their classes have changed in number and order of type parameters before.
    private static Type? ContextOf(Type? store)
    {
        for (; store is not null; store = store.BaseType)
        {
            if (Array.Find(
                store.GetGenericArguments(),
                argument => !argument.IsGenericParameter && typeof(DbContext).IsAssignableFrom(argument)) is { } context)
            {
                return context;
            }
        }

        return null;
    }
}

/// <summary>A context type that a user store of the application is created with, once per request.</summary>
/// <param name="Type">The context's class.</param>
/// <param name="Options">The type of its options.</param>
/// <param name="MakesOptions">
/// Whether each request makes the options anew, as it does the context; those of pools and factories are made once.
/// </param>
internal sealed record UserStoreContext(Type Type, Type Options, bool MakesOptions);
