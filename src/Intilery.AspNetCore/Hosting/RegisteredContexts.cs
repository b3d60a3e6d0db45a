using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Hosting;

/// <summary>Knows the application's contexts by their registrations, without making one: that may cost, or fail, at start.</summary>
internal sealed class RegisteredContexts(IServiceCollection services)
{
    /// <summary>Gets the classes of all contexts.</summary>
    public IReadOnlyList<Type> Types { get; } =
        [.. services
            .Where(descriptor => descriptor.ServiceType.IsGenericType && descriptor.ServiceType.GetGenericTypeDefinition() == typeof(DbContextOptions<>))
            .Select(descriptor => descriptor.ServiceType.GetGenericArguments()[0])
            .Distinct()];

    /// <summary>Gets the names of the contexts that hold Identity's users.</summary>
    public IReadOnlyList<string> WithIdentityUsers => [.. Types.Where(HoldsIdentityUsers).Select(type => type.Name).Distinct()];

    /// <summary>Gets the names of the contexts that are registered without options, and so without the interceptors.</summary>
    public IReadOnlyList<string> Unwatched =>
        [.. services
            .Where(descriptor => !descriptor.ServiceType.IsAbstract && typeof(DbContext).IsAssignableFrom(descriptor.ServiceType) && !Types.Contains(descriptor.ServiceType))
            .Select(descriptor => descriptor.ServiceType.Name)
            .Distinct()];

    /// <summary>Gets the names of the registered stores of Identity's users that are not EF Core's.</summary>
    public IReadOnlyList<string> OtherUserStores =>
        [.. services
            .Where(descriptor => !descriptor.IsKeyedService && descriptor.ServiceType.IsGenericType && descriptor.ServiceType.GetGenericTypeDefinition() == typeof(IUserStore<>))
            .Select(descriptor => descriptor.ImplementationType)
            .OfType<Type>()
            .Where(type => !IsOfEntityFramework(type))
            .Select(type => type.Name.Split('`')[0])
            .Distinct()];

    /// <summary>Gets a value indicating whether a user store of Identity's for EF Core is registered, or one that derives from it.</summary>
    public bool HasUserStore => services.Any(descriptor =>
        descriptor is { IsKeyedService: false, ServiceType.IsGenericType: true }
        && descriptor.ServiceType.GetGenericTypeDefinition() == typeof(IUserStore<>)
        && IsOfEntityFramework(descriptor.ImplementationType));

    private static bool IsOfEntityFramework(Type? type)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (type.Namespace == "Microsoft.AspNetCore.Identity.EntityFrameworkCore")
            {
                return true;
            }
        }

        return false;
    }

    private static bool HoldsIdentityUsers(Type? type)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (type.IsGenericType && type.GetGenericTypeDefinition().FullName?.StartsWith(
                "Microsoft.AspNetCore.Identity.EntityFrameworkCore.IdentityUserContext`", StringComparison.Ordinal) == true)
            {
                return true;
            }
        }

        return false;
    }
}
