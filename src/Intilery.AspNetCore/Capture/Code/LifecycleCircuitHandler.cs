using System.Security.Claims;
using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Capture.Code;

/// <summary>
/// Makes a scope of each activity that a browser causes in an interactive circuit: a click, a navigation, a render. The circuit's host
/// takes an activity to be over where its code first waits. What goes on then is the circuit's until it is done: a component's handler
/// wherever it runs, for the framework measures when it completes; of a render or a call from JavaScript, of which nothing reports the end,
/// what runs in the circuit's synchronization context or saves with the circuit's own context. A loop on the thread pool does neither, and
/// belongs to no person.
/// </summary>
internal sealed class LifecycleCircuitHandler : CircuitHandler, IDisposable
{
    private readonly IServiceProvider _services;
    private readonly CaptureSwitch _switch;
    private readonly TrackingScopes _scopes;
    private readonly ScopeContextReader _scopeContext;
    private readonly TrackingScope _ofHandlers;
    private readonly TrackingScope _ofCircuit;
    private SynchronizationContext? _dispatcher;
    private TrackingScope? _message;

    /// <param name="services">The circuit's own services.</param>
    /// <param name="switch">Whether anything is observed.</param>
    /// <param name="scopes">The scopes.</param>
    /// <param name="scopeContext">Reads what is known.</param>
    /// <param name="events">Observes when a component's handler completes.</param>
    public LifecycleCircuitHandler(
        IServiceProvider services,
        CaptureSwitch @switch,
        TrackingScopes scopes,
        ScopeContextReader scopeContext,
        ComponentEventListener events)
    {
        (_services, _switch, _scopes, _scopeContext) = (services, @switch, scopes, scopeContext);
        _ofHandlers = TrackingScope.Continuation(() => FactsOf(_message), () => User() ?? _message?.Principal);
        _ofCircuit = TrackingScope.Continuation(
            () => FactsOf(_message),
            () => User() ?? _message?.Principal,
            saving => saving == _services || (_dispatcher is { } own && SynchronizationContext.Current == own));
        events.Listen();
    }

    public override Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        // A circuit calls its handlers in its own synchronization context, which it keeps.
        _dispatcher = SynchronizationContext.Current;
        return Task.CompletedTask;
    }

    public override Func<CircuitInboundActivityContext, Task> CreateInboundActivityHandler(
        Func<CircuitInboundActivityContext, Task> next) =>
        _switch.IsOn ? context => RunInScopeAsync(context, next) : next;

    /// <summary>Work that a circuit has started belongs to no scope after the circuit has ended.</summary>
    public void Dispose()
    {
        _ofHandlers.Close();
        _ofCircuit.Close();
        (_message, _dispatcher) = (null, null);
    }

    private async Task RunInScopeAsync(CircuitInboundActivityContext context, Func<CircuitInboundActivityContext, Task> next)
    {
        // The browser is known to the message of the hub that brought the activity.
        var message = _message = _scopes.Current;
        var scope = new TrackingScope(() => FactsOf(message), () => User() ?? message?.Principal);
        var flow = _scopes.Enter(scope, isWithin: false);
        try
        {
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            flow.End(message?.IsOfHandler == true ? _ofHandlers : _ofCircuit);
            await _scopes.EndAsync(scope).ConfigureAwait(false);
        }
    }

    private ScopeContext FactsOf(TrackingScope? message)
    {
        var known = User() is { } user ? _scopeContext.Of(user, null) : message?.KnownContext ?? _scopeContext.OfNobody();
        return known with { Browser = message?.KnownContext?.Browser };
    }

    // Whom the circuit takes its user for; the provider may be the application's own, and not know yet.
    private ClaimsPrincipal? User()
    {
        var state = _services.GetService<AuthenticationStateProvider>()?.GetAuthenticationStateAsync();
#pragma warning disable RS0030 // It is completed.
        return state is { IsCompletedSuccessfully: true } ? state.Result.User : null;
#pragma warning restore RS0030
    }
}
