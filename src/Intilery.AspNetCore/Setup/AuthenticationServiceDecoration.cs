using Intilery.AspNetCore.Capture.Authentication;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Setup;

/// <summary>
/// Puts our service in front of the last registered <see cref="IAuthenticationService"/>, whatever registered it, keeping its
/// lifetime. Where none is registered yet, the framework's own is taken from its registration: the application's later
/// <c>AddAuthentication</c> then leaves ours in place, and a host that never calls it is left without authentication as before.
/// </summary>
internal sealed class AuthenticationServiceDecoration(ServiceDescriptor inner, bool isHosts)
{
    private readonly ObjectFactory? _construct =
        inner.ImplementationType is { } type ? ActivatorUtilities.CreateFactory(type, Type.EmptyTypes) : null;

    private ServiceLifetime Lifetime => inner.Lifetime;

    public static void Apply(IServiceCollection services, bool isFirst)
    {
        var registered = services.LastOrDefault(descriptor => descriptor.ServiceType == typeof(IAuthenticationService) && !descriptor.IsKeyedService);
        if (IsOurs(registered) || (!isFirst && !services.Any(IsOurs)))
        {
            // In front already, or taken up by another library's decorator.
            return;
        }

        var decoration = new AuthenticationServiceDecoration(registered ?? Framework(), registered is not null);
        if (registered is not null)
        {
            services.Remove(registered);
        }

        services.Add(new ServiceDescriptor(typeof(IAuthenticationService), decoration.Create, decoration.Lifetime));
    }

    private static bool IsOurs(ServiceDescriptor? descriptor) =>
        descriptor is { IsKeyedService: false, ImplementationFactory.Target: AuthenticationServiceDecoration };

    private static ServiceDescriptor Framework()
    {
        var framework = new ServiceCollection();
        framework.AddAuthenticationCore();
        return framework.Last(descriptor => descriptor.ServiceType == typeof(IAuthenticationService));
    }

    private LifecycleAuthenticationService Create(IServiceProvider services)
    {
        if (!isHosts && services.GetService<IAuthenticationSchemeProvider>() is null)
        {
            // The host never asked for authentication: to it there is none, as before.
            return null!;
        }

        services.GetService<AuthenticationPath>()?.Passed();
        var decorated = inner.ImplementationInstance ?? inner.ImplementationFactory?.Invoke(services) ?? _construct!(services, null);
        return new LifecycleAuthenticationService(
            (IAuthenticationService)decorated, services.GetRequiredService<SessionCapture>(), services.GetRequiredService<AnonymousIdCarrier>());
    }
}
