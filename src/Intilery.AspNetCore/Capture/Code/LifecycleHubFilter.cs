using System.Collections.Concurrent;
using System.Reflection;
using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Capture.Code;

/// <summary>
/// Makes a scope of each invocation of a hub, which is recorded before its result is sent: the request that a connection began
/// with is hours old, or none.
/// </summary>
internal sealed class LifecycleHubFilter(CaptureSwitch @switch, TrackingScopes scopes, ScopeContextReader scopeContext) : IHubFilter
{
    // The method of the browser's protocol by which a component's handlers are called. Another name would only end what a handler begins
    // earlier.
    private const string ComponentEvent = "DispatchEventAsync";

    // As many as hubs have methods.
    private readonly ConcurrentDictionary<MethodInfo, Type?> _streams = [];

    public ValueTask<object?> InvokeMethodAsync(
        HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next) =>
        @switch.IsOn ? InvokeInScopeAsync(invocationContext, next) : next(invocationContext);

    public Task OnConnectedAsync(HubLifetimeContext context, Func<HubLifetimeContext, Task> next) =>
        @switch.IsOn ? RunInScopeAsync(context, () => next(context)) : next(context);

    public Task OnDisconnectedAsync(HubLifetimeContext context, Exception? exception, Func<HubLifetimeContext, Exception?, Task> next) =>
        @switch.IsOn ? RunInScopeAsync(context, () => next(context, exception)) : next(context, exception);

    private async ValueTask<object?> InvokeInScopeAsync(
        HubInvocationContext invocation, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        var caller = invocation.Context;
        var scope = new TrackingScope(() => FactsOf(caller), () => caller.User) { IsOfHandler = IsOfCircuits(invocation.Hub) && invocation.HubMethodArguments.Contains(ComponentEvent) };
        var flow = scopes.Enter(scope, isWithin: false);
        var continuation = ContinuationOf(invocation.Hub, caller);
        try
        {
            var result = await next(invocation).ConfigureAwait(false);
            if (continuation is null && result is not null && _streams.GetOrAdd(invocation.HubMethod, HubStream.TypeOf) is { } type)
            {
                // The method has returned its stream, and fills it from here on.
                continuation = Continue(caller, out var aborted);
                result = HubStream.Make(type, result).Observe(scopes, continuation, aborted);
            }

            return result;
        }
        finally
        {
            // An exception undoes nothing that was committed.
            flow.End(continuation);
            await scopes.EndAsync(scope).ConfigureAwait(false);
        }
    }

    private async Task RunInScopeAsync(HubLifetimeContext lifetime, Func<Task> work)
    {
        var caller = lifetime.Context;
        var scope = new TrackingScope(() => FactsOf(caller), () => caller.User);
        var flow = scopes.Enter(scope, isWithin: false);
        try
        {
            await work().ConfigureAwait(false);
        }
        finally
        {
            flow.End(ContinuationOf(lifetime.Hub, caller));
            await scopes.EndAsync(scope).ConfigureAwait(false);
        }
    }

    private static bool IsOfCircuits(Hub hub) => hub.GetType().Assembly == typeof(CircuitHandler).Assembly;

    // The circuits' own hub begins what its invocations do not wait for: the handlers of the application that a circuit calls when it
    // opens. They run in the circuit's synchronization context; the server has no other. What they leave on the thread pool belongs to no
    // person.
    private TrackingScope? ContinuationOf(Hub hub, HubCallerContext caller)
    {
        if (!IsOfCircuits(hub))
        {
            return null;
        }

        if (caller.Items.TryGetValue(typeof(LifecycleHubFilter), out var known))
        {
            return (TrackingScope)known!;
        }

        var continuation = Continue(caller, out _, static _ => SynchronizationContext.Current is not null);
        caller.Items[typeof(LifecycleHubFilter)] = continuation;
        return continuation;
    }

    // What goes on after an invocation, at most as long as the connection.
    private TrackingScope Continue(
        HubCallerContext caller, out CancellationTokenRegistration aborted, Func<IServiceProvider?, bool>? includes = null)
    {
        var continuation = TrackingScope.Continuation(() => FactsOf(caller), () => caller.User, includes);
        aborted = caller.ConnectionAborted.UnsafeRegister(static scope => ((TrackingScope)scope!).Close(), continuation);
        return continuation;
    }

    // The browser is the one that connected; the address that it connected to is no page. A webhook does not connect to a hub, whatever its
    // user agent.
    private ScopeContext FactsOf(HubCallerContext caller)
    {
        var known = scopeContext.Of(caller.User, caller.GetHttpContext()) with { IsByScript = false };
        return known.Browser is { } browser ? known with { Browser = browser with { PagePath = null } } : known;
    }
}

/// <summary>Adds the filter to every hub. Applications without hubs never read these options.</summary>
internal sealed class HubFilterInstallation(LifecycleHubFilter filter) : IConfigureOptions<HubOptions>
{
    public void Configure(HubOptions options) => options.AddFilter(filter);
}
