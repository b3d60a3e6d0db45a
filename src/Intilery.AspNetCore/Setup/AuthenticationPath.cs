using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Setup;

/// <summary>Finds out at start whether the host's authentication still passes through ours, by resolving it once: only then is ours made.</summary>
internal sealed class AuthenticationPath
{
    private volatile bool _isPassed;

    public void Passed() => _isPassed = true;

    /// <summary>Whether authentication is registered but goes around us: something replaced the service without wrapping it.</summary>
    public async Task<bool> IsBypassedAsync(IServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        return scope.ServiceProvider.GetService<IAuthenticationService>() is not null && !_isPassed;
    }
}
