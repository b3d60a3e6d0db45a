using Intilery.AspNetCore.Capture.EntityFramework;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Hosting;

/// <summary>Finds the application's contexts by their registrations. It creates none: that may be slow, or fail, at the start.</summary>
internal sealed class RegisteredContexts
{
    public RegisteredContexts(IServiceCollection services)
    {
        List<ServiceDescriptor> registered = [.. services.Where(descriptor => !descriptor.IsKeyedService)];
        Types = [.. registered
            .Where(
                descriptor =>
                    descriptor.ServiceType.IsGenericType && descriptor.ServiceType.GetGenericTypeDefinition() == typeof(DbContextOptions<>))
            .Select(descriptor => descriptor.ServiceType.GetGenericArguments()[0])
            .Concat(
                registered.Select(descriptor => descriptor.ServiceType).Where(
                    type => type.IsSubclassOf(typeof(DbContext)) && !type.IsAbstract))
            .Distinct()];
        OtherUserStores = [.. registered
            .Where(
                descriptor =>
                    descriptor.ServiceType.IsGenericType && descriptor.ServiceType.GetGenericTypeDefinition() == typeof(IUserStore<>))
            .Select(descriptor => descriptor.ImplementationType)
            .OfType<Type>()
            .Where(type => !IsOfEntityFramework(type))
            .Select(type => type.Name.Split('`')[0])
            .Distinct()];
        HasUserStore = registered.Exists(descriptor =>
            descriptor.ServiceType.IsGenericType
                && descriptor.ServiceType.GetGenericTypeDefinition() == typeof(IUserStore<>)
                && IsOfEntityFramework(descriptor.ImplementationType));
        Unwatched = [.. Types.Select(type => (type, CauseOf(type, registered))).Where(context => context.Item2 is not null).Select(context => (context.type, context.Item2!))];
    }

    /// <summary>Gets the classes of all contexts.</summary>
    public IReadOnlyList<Type> Types { get; }

    /// <summary>Gets the contexts without interceptors, because EF Core does not create their options, and the reasons.</summary>
    public IReadOnlyList<(Type Type, string Cause)> Unwatched { get; }

    /// <summary>Gets the names of the registered stores of Identity's users that are not EF Core's.</summary>
    public IReadOnlyList<string> OtherUserStores { get; }

    /// <summary>
    /// Gets a value indicating whether a user store of Identity's for EF Core is registered, or one that derives from it.
    /// </summary>
    public bool HasUserStore { get; }

    /// <summary>Gets the contexts with Identity's users that are not watched, and the reasons.</summary>
    public IReadOnlyList<(Type Type, string Cause)> UnwatchedWithIdentityUsers =>
        [.. Unwatched.Where(context => HoldsIdentityUsers(context.Type))];

    /// <summary>Gets the names of the watched contexts with Identity's users.</summary>
    public IReadOnlyList<string> WithIdentityUsers =>
        [.. Types.Where(HoldsIdentityUsers).Except(Unwatched.Select(context => context.Type)).Select(type => type.Name).Distinct()];

    /// <summary>Gets the user classes of Identity in watched contexts.</summary>
    public IReadOnlyList<Type> IdentityUsers =>
        [.. Types.Except(Unwatched.Select(context => context.Type)).Select(IdentityUserOf).OfType<Type>().Distinct()];

    public static bool HoldsIdentityUsers(Type type) => IdentityUserOf(type) is not null;

    private static Type? IdentityUserOf(Type? type)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (type.IsGenericType && type.GetGenericTypeDefinition().FullName?.StartsWith(
                "Microsoft.AspNetCore.Identity.EntityFrameworkCore.IdentityUserContext`", StringComparison.Ordinal) == true)
            {
                return type.GetGenericArguments()[0];
            }
        }

        return null;
    }

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

    private static string? CauseOf(Type context, List<ServiceDescriptor> registered)
    {
        var options = registered.FindLast(descriptor => descriptor.ServiceType == typeof(DbContextOptions<>).MakeGenericType(context));
        if (options is null)
        {
            return "it is registered without options";
        }

        // AddDbContext and its variants create the options in a method of EF Core, which applies every configuration of the context.
        if (options.ImplementationInstance is DbContextOptions made ? WatchExtension.InterceptorOf(made) is null
            : options.ImplementationFactory is { Method.DeclaringType.Assembly: var assembly } && assembly != typeof(DbContext).Assembly)
        {
            return "its options are made by the application";
        }

        return registered.FindLast(descriptor => descriptor.ServiceType == context) is { ImplementationType: { } type }
            && !Array.Exists(type.GetConstructors(), constructor => Array.Exists(
                constructor.GetParameters(), parameter => typeof(DbContextOptions).IsAssignableFrom(parameter.ParameterType)))
            ? "no constructor of it takes DbContextOptions, so that it makes options of its own"
            : null;
    }
}
