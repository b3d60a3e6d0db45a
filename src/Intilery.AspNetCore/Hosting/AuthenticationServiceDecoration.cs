using Intilery.AspNetCore.Capture.Authentication;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Hosting;

/// <summary>Puts our service in front of the last registered <see cref="IAuthenticationService"/>, whatever registered it.</summary>
internal sealed class AuthenticationServiceDecoration(ServiceDescriptor inner, bool isHosts)
{
    private readonly DecoratedService _inner = new(inner);

    /// <summary>Decorates what is registered. A host that registers no authentication has none.</summary>
    public static void Apply(IServiceCollection services)
    {
        if (RegisteredIn(services) is { } registered)
        {
            Apply(services, registered);
        }
    }

    /// <summary>
    /// Decorates what is registered, or else the framework's own service in advance: for services that nobody completes. The application's later
    /// <c>AddAuthentication</c> then leaves ours in place, and a host that never calls it is left without authentication.
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

    /// <summary>Returns whether authentication passes through ours; <see langword="null"/> if a library took ours up, and may have put its own in front.</summary>
    public static bool? IsPassed(IServiceCollection services) =>
        RegisteredIn(services) is not { } registered || IsOurs(registered) ? true
        : services.Any(IsMarker) && !services.Any(IsOurs) ? null
        : false;

    private static void Apply(IServiceCollection services, ServiceDescriptor registered)
    {
        // Where ours is gone, another library's decorator has taken it up. Without schemes it is no authentication that we know.
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
            // The host never asked for authentication: to it there is none.
            return null!;
        }

        services.GetService<AuthenticationPath>()?.Passed();
        return new LifecycleAuthenticationService(
            (IAuthenticationService)_inner.Create(services),
            services.GetRequiredService<SessionCapture>(),
            services.GetRequiredService<AnonymousIdCarrier>());
    }
}
