using Intilery.AspNetCore.Enrich.Happenings;
using Microsoft.AspNetCore.SignalR;

namespace Intilery.AspNetCore.Capture.Hosts;

/// <summary>
/// Makes a scope of each invocation of a hub, which is recorded before its result is sent: the request that a connection began
/// with is hours old, or none.
/// </summary>
internal sealed class LifecycleHubFilter(CaptureSwitch @switch, AmbientScopes ambient, ScopeFactsReader facts) : IHubFilter
{
    public ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next) =>
        @switch.IsOn ? InvokeInScopeAsync(invocationContext, next) : next(invocationContext);

    public Task OnConnectedAsync(HubLifetimeContext context, Func<HubLifetimeContext, Task> next) =>
        @switch.IsOn ? RunInScopeAsync(context.Context, () => next(context)) : next(context);

    public Task OnDisconnectedAsync(HubLifetimeContext context, Exception? exception, Func<HubLifetimeContext, Exception?, Task> next) =>
        @switch.IsOn ? RunInScopeAsync(context.Context, () => next(context, exception)) : next(context, exception);

    private async ValueTask<object?> InvokeInScopeAsync(HubInvocationContext invocation, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        object? result = null;
        await RunInScopeAsync(invocation.Context, async () => result = await next(invocation).ConfigureAwait(false)).ConfigureAwait(false);
        return result;
    }

    private async Task RunInScopeAsync(HubCallerContext caller, Func<Task> work)
    {
        var scope = new OpenScope(() => FactsOf(caller), () => caller.User);
        ambient.Enter(scope);
        try
        {
            await work().ConfigureAwait(false);
        }
        finally
        {
            // An exception undoes nothing that was committed.
            await ambient.EndAsync(scope).ConfigureAwait(false);
        }
    }

    // The browser is the one that connected; the address that it connected to is no page.
    private ScopeFacts FactsOf(HubCallerContext caller)
    {
        var known = facts.Of(caller.User, caller.GetHttpContext());
        return known.Browser is { } browser ? known with { Browser = browser with { PagePath = null } } : known;
    }
}
