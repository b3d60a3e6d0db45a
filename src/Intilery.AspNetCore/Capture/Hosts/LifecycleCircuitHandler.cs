using System.Security.Claims;
using Intilery.AspNetCore.Enrich.Happenings;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Capture.Hosts;

/// <summary>Makes a scope of each activity that a browser causes in an interactive circuit: a click, a navigation, a render.</summary>
/// <param name="services">The circuit's own services.</param>
/// <param name="switch">Whether anything is observed.</param>
/// <param name="ambient">The scopes.</param>
/// <param name="facts">Reads what is known.</param>
internal sealed class LifecycleCircuitHandler(IServiceProvider services, CaptureSwitch @switch, AmbientScopes ambient, ScopeFactsReader facts) : CircuitHandler
{
    public override Func<CircuitInboundActivityContext, Task> CreateInboundActivityHandler(Func<CircuitInboundActivityContext, Task> next) =>
        @switch.IsOn ? context => RunInScopeAsync(context, next) : next;

    private async Task RunInScopeAsync(CircuitInboundActivityContext context, Func<CircuitInboundActivityContext, Task> next)
    {
        // The browser is known to the message of the hub that brought the activity.
        var message = ambient.Current;
        var scope = new OpenScope(() => FactsOf(message), () => User() ?? message?.Principal);
        ambient.Enter(scope);
        try
        {
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            await ambient.EndAsync(scope).ConfigureAwait(false);
        }
    }

    private ScopeFacts FactsOf(OpenScope? message)
    {
        var known = User() is { } user ? facts.Of(user, null) : message?.Scope.Facts ?? facts.OfNobody();
        return known with { Browser = message?.Scope.Facts.Browser };
    }

    // Whom the circuit takes its user for; the provider may be the application's own, and not know yet.
    private ClaimsPrincipal? User()
    {
        var state = services.GetService<AuthenticationStateProvider>()?.GetAuthenticationStateAsync();
#pragma warning disable RS0030 // It is completed.
        return state is { IsCompletedSuccessfully: true } ? state.Result.User : null;
#pragma warning restore RS0030
    }
}
