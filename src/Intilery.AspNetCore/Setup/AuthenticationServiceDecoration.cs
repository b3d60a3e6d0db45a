using Intilery.AspNetCore.Capture.Authentication;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Setup;

/// <summary>
/// Puts our service in front of the last registered <see cref="IAuthenticationService"/>, whatever registered it. Where none is
/// registered yet, the framework's own is taken from its registration: the application's later <c>AddAuthentication</c> then leaves
/// ours in place, and a host that never calls it is left without authentication as before.
/// </summary>
internal sealed class AuthenticationServiceDecoration(ServiceDescriptor inner, bool isHosts, IServiceCollection all)
{
    private readonly ObjectFactory? _construct =
        inner.ImplementationType is { } type ? ActivatorUtilities.CreateFactory(type, Type.EmptyTypes) : null;

    public static void Apply(IServiceCollection services, bool isFirst)
    {
        var registered = services.LastOrDefault(descriptor => descriptor.ServiceType == typeof(IAuthenticationService) && !descriptor.IsKeyedService);
        if (IsOurs(registered) || (!isFirst && !services.Any(IsOurs)))
        {
            // In front already, or taken up by another library's decorator.
            return;
        }

        var inner = registered ?? Framework();
        var decoration = new AuthenticationServiceDecoration(inner, registered is not null, services);
        if (registered is not null)
        {
            services.Remove(registered);
        }

        services.Add(IsFrameworks(inner, services) ? decoration.Shared(services) : decoration.Anew());
    }

    private static bool IsOurs(ServiceDescriptor? descriptor) =>
        descriptor is { IsKeyedService: false, ImplementationFactory.Target: AuthenticationServiceDecoration };

    private static ServiceDescriptor Framework()
    {
        var framework = new ServiceCollection();
        framework.AddAuthenticationCore();
        return framework.Last(descriptor => descriptor.ServiceType == typeof(IAuthenticationService));
    }

    private static bool IsFrameworks(ServiceDescriptor inner, IServiceCollection services) =>
        inner is { Lifetime: ServiceLifetime.Scoped, ImplementationType: { } type } && type.Assembly == typeof(AuthenticationService).Assembly
        && services.All(descriptor => descriptor.ServiceType != type);

    // One of ours for all requests, in front of the one that each request's services have: who comes with no session pays for no object
    // of ours. Handed out by a transient registration, because a scope would keep it at a cost; a library that decorates it gets
    // the lifetime from here, which may be shorter than its own was, and so leaves it whatever it depends on.
    private ServiceDescriptor Shared(IServiceCollection services)
    {
        var type = inner.ImplementationType!;

        // By factory: what it is made of is missing in a host without authentication, whose container's validation must not notice.
        services.Add(new ServiceDescriptor(type, Construct, ServiceLifetime.Scoped));
        services.AddSingleton(CreateShared);
        return new ServiceDescriptor(typeof(IAuthenticationService), GetShared, ServiceLifetime.Transient);
    }

    // An application's own may come from a factory, be transient or hold state: each gets one of ours to itself, for as long as it lives.
    private ServiceDescriptor Anew() => new(typeof(IAuthenticationService), Create, inner.Lifetime);

    private object Construct(IServiceProvider services) =>
        inner.ImplementationInstance ?? inner.ImplementationFactory?.Invoke(services) ?? _construct!(services, null);

    private LifecycleAuthenticationService Create(IServiceProvider services)
    {
        services.GetService<AuthenticationPath>()?.Passed();
        return new LifecycleAuthenticationService(
            (IAuthenticationService)Construct(services), services.GetRequiredService<SessionCapture>(), services.GetRequiredService<AnonymousIdCarrier>());
    }

    private LifecycleAuthenticationService CreateShared(IServiceProvider services)
    {
        if (!isHosts && services.GetService<IServiceProviderIsService>()?.IsService(typeof(IAuthenticationSchemeProvider)) == false)
        {
            // The host never asked for authentication: to it there is none, as before.
            return null!;
        }

        services.GetService<AuthenticationPath>()?.Passed();
        return new LifecycleAuthenticationService(
            inner.ImplementationType!,
            StatelessService.Of(inner.ImplementationType!, all, services),
            services.GetRequiredService<SessionCapture>(),
            services.GetRequiredService<AnonymousIdCarrier>());
    }

    private LifecycleAuthenticationService GetShared(IServiceProvider services) => services.GetService<LifecycleAuthenticationService>()!;
}
