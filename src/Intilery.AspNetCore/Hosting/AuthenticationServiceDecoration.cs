using Intilery.AspNetCore.Capture.Authentication;
using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
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

    private IAuthenticationService Create(IServiceProvider services)
    {
        if (!isHosts && services.GetService<IServiceProviderIsService>()?.IsService(typeof(IAuthenticationSchemeProvider)) == false)
        {
            // The host never registered authentication, and must not see any.
            return null!;
        }

        services.GetService<AuthenticationPath>()?.Passed();
        var inner = (IAuthenticationService)_inner.Create(services);
        return !_inner.IsObserved(services) ? inner : new LifecycleAuthenticationService(
            inner,
            services.GetRequiredService<SessionCapture>(),
            services.GetRequiredService<AnonymousIdCarrier>());
    }
}

/// <summary>Checks at start whether the host's authentication passes through Intilery's service.</summary>
internal sealed class AuthenticationPath(IServiceCollection registered)
{
    private volatile bool _isPassed;

    public void Passed() => _isPassed = true;

    /// <summary>
    /// Returns whether authentication is registered but bypasses Intilery's service: a later registration replaced it without wrapping it.
    /// The registrations usually decide, and no service of the host is created. If a library's decorator wraps the service, or another
    /// container may have its own registrations, the service is created once.
    /// </summary>
    public async Task<bool> IsBypassedAsync(IServiceProvider services)
    {
        if (services.GetType().Assembly == typeof(ServiceProvider).Assembly
            && AuthenticationServiceDecoration.IsPassed(registered) is { } isPassed)
        {
            return !isPassed;
        }

        await using var scope = services.CreateAsyncScope();
        return scope.ServiceProvider.GetService<IAuthenticationService>() is not null && !_isPassed;
    }
}

/// <summary>A service of the application that one of ours decorates, created by its own registration.</summary>
internal sealed class DecoratedService(ServiceDescriptor registration)
{
    private readonly ObjectFactory? _construct =
        registration.ImplementationType is { } type ? ActivatorUtilities.CreateFactory(type, Type.EmptyTypes) : null;

    public ServiceLifetime Lifetime => registration.Lifetime;

    /// <summary>
    /// Returns whether to decorate an instance: in an application that does not call the package, a service is exactly what the application
    /// registered, its class included. A singleton may be created before that call, and lives on.
    /// </summary>
    public bool IsObserved(IServiceProvider services) =>
        Lifetime == ServiceLifetime.Singleton || services.GetRequiredService<CaptureSwitch>().IsOn;

    public object Create(IServiceProvider services) =>
        registration.ImplementationInstance ?? registration.ImplementationFactory?.Invoke(services) ?? _construct!(services, null);
}

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

    private object Create(IServiceProvider services)
    {
        var inner = _inner.Create(services);
        return _inner.IsObserved(services) ? _observe(services, [inner]) : inner;
    }
}
