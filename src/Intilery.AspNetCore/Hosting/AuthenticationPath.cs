using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Hosting;

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
        if (services.GetType().Assembly == typeof(ServiceProvider).Assembly && AuthenticationServiceDecoration.IsPassed(registered) is { } isPassed)
        {
            return !isPassed;
        }

        await using var scope = services.CreateAsyncScope();
        return scope.ServiceProvider.GetService<IAuthenticationService>() is not null && !_isPassed;
    }
}
