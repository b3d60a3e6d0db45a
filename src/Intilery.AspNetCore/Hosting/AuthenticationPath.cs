using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Hosting;

/// <summary>Finds out at start whether the host's authentication passes through ours.</summary>
internal sealed class AuthenticationPath(IServiceCollection registered)
{
    private volatile bool _isPassed;

    public void Passed() => _isPassed = true;

    /// <summary>
    /// Whether authentication is registered but goes around us: something replaced the service without wrapping it. Nearly always the
    /// registrations answer, and no service of the host is created. Where a library's decorator wraps ours, or another container may hold
    /// registrations of its own, the service is created once.
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
