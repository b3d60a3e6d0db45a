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
