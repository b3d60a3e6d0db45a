using Intilery.AspNetCore.Capture.Authentication;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Hosting;

/// <summary>Decorates the last registered <see cref="IAuthenticationService"/>, whatever registered it.</summary>
internal sealed class AuthenticationServiceDecoration(ServiceDescriptor inner, bool isHosts)
{
    private readonly DecoratedService _inner = new(inner);

    /// <summary>Decorates the registered service. A host without authentication stays without it.</summary>
    public static void Apply(IServiceCollection services)
    {
        if (RegisteredIn(services) is { } registered)
        {
            Apply(services, registered);
        }
    }

    /// <summary>
    /// Decorates the registered service, or registers a decorated framework service in advance, where registrations are not completed
    /// later. A later <c>AddAuthentication</c> of the application keeps it; if the host never calls that, the host stays without
    /// authentication.
    /// </summary>
    public static void ApplyInAdvance(IServiceCollection services)
    {
        if (RegisteredIn(services) is not null || services.Any(IsMarker))
        {
            Apply(services);
            return;
        }

        var framework = new ServiceCollection();
        framework.AddAuthenticationCore();
        Put(services, new AuthenticationServiceDecoration(RegisteredIn(framework)!, isHosts: false));
    }

    /// <summary>
    /// Returns whether authentication passes through the decorator; <see langword="null"/> if a library has replaced the registration,
    /// perhaps by a decorator of its own.
    /// </summary>
    public static bool? IsPassed(IServiceCollection services) =>
        RegisteredIn(services) is not { } registered || IsOurs(registered) ? true
        : services.Any(IsMarker) && !services.Any(IsOurs) ? null
        : false;

    private static void Apply(IServiceCollection services, ServiceDescriptor registered)
    {
        // If the decorator's registration is gone, another library may have wrapped it. Without schemes there is no authentication.
        if (IsOurs(registered) || (services.Any(IsMarker) && !services.Any(IsOurs))
            || !services.Any(descriptor => descriptor.ServiceType == typeof(IAuthenticationSchemeProvider)))
        {
            return;
        }

        services.Remove(registered);
        Put(services, new AuthenticationServiceDecoration(registered, isHosts: true));
    }

    private static void Put(IServiceCollection services, AuthenticationServiceDecoration decoration)
    {
        services.AddSingleton(decoration);
        services.Add(new ServiceDescriptor(typeof(IAuthenticationService), decoration.Create, decoration._inner.Lifetime));
    }

    private static ServiceDescriptor? RegisteredIn(IServiceCollection services) =>
        services.LastOrDefault(descriptor => descriptor.ServiceType == typeof(IAuthenticationService) && !descriptor.IsKeyedService);

    private static bool IsOurs(ServiceDescriptor descriptor) =>
        descriptor is { IsKeyedService: false, ImplementationFactory.Target: AuthenticationServiceDecoration };

    private static bool IsMarker(ServiceDescriptor descriptor) => descriptor.ServiceType == typeof(AuthenticationServiceDecoration);

    private LifecycleAuthenticationService Create(IServiceProvider services)
    {
        if (!isHosts && services.GetService<IServiceProviderIsService>()?.IsService(typeof(IAuthenticationSchemeProvider)) == false)
        {
            // The host never registered authentication, and must not see any.
            return null!;
        }

        services.GetService<AuthenticationPath>()?.Passed();
        return new LifecycleAuthenticationService(
            (IAuthenticationService)_inner.Create(services),
            services.GetRequiredService<SessionCapture>(),
            services.GetRequiredService<AnonymousIdCarrier>());
    }
}
