using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>
/// Holds the events of an endpoint until the response starts: only then is its status final. They join the scope just before it
/// settles, which is before the first byte leaves. Where no response starts, the request's end decides.
/// </summary>
internal sealed class DeferredEndpointEvents(
    HttpContext context, TrackingScope scope, IReadOnlyList<DeferredEvent> held, TrackingScopes scopes, LifecycleDiagnostics diagnostics)
{
    private bool _isReleased;

    /// <summary>
    /// Waits for the response. The scope must be there already: what is registered later runs earlier, and is to join it.
    /// </summary>
    public void Attach()
    {
        context.Response.OnStarting(static state => ((DeferredEndpointEvents)state).ReleaseAsync(), this);
        context.Response.OnCompleted(static state => ((DeferredEndpointEvents)state).ReleaseAsync(), this);
    }

    /// <summary>Returns those whose endpoint succeeded, by the status that the response has now.</summary>
    public async IAsyncEnumerable<CapturedFact> SuccessesAsync()
    {
        // An exception handler's answer is not the endpoint's, whatever its status.
        var isHandlers = context.Features.Get<IExceptionHandlerFeature>() is not null;
        var status = context.Response.StatusCode;
        foreach (var one in held)
        {
            if (isHandlers || !one.Source.Accepts(status))
            {
                diagnostics.Suppressed(one.Name, Reasons.Unsuccessful);
                continue;
            }

            foreach (var fact in await one.MakeAsync().ConfigureAwait(false))
            {
                yield return fact;
            }
        }
    }

    private async Task ReleaseAsync()
    {
        try
        {
            if (!_isReleased)
            {
                _isReleased = true;
                await foreach (var fact in SuccessesAsync().ConfigureAwait(false))
                {
                    Join(fact);
                }
            }
        }
        catch (Exception exception)
        {
            // A callback that throws would turn the host's 200 into a 500.
            diagnostics.Failed("recording the events of an endpoint", exception);
        }
    }

    // Without an intent: what joins the scope here is settled with it in a moment.
    private void Join(CapturedFact fact)
    {
        diagnostics.Metrics.Captured(fact.Kind);
        if (!scope.TryAdd(new ScopeFact(fact) { State = FactState.Confirmed }))
        {
            scopes.Record(scope, fact);
        }
    }
}

/// <summary>An event of an endpoint that has not failed, until the response shows that it succeeded.</summary>
/// <param name="Source">What asks for it.</param>
/// <param name="MakeAsync">Makes it, or those that the source asks for, once the endpoint has succeeded.</param>
internal sealed record DeferredEvent(IEndpointEvent Source, Func<ValueTask<IReadOnlyList<CapturedFact>>> MakeAsync)
{
    /// <summary>Makes one whose tenant is known without a resolver.</summary>
    public DeferredEvent(IEndpointEvent source, CapturedFact fact)
        : this(source, () => new([fact])) => Name = fact.EventName;

    /// <summary>Gets its name, or that of what asks for it.</summary>
    public string Name { get; } = Source.Source;
}
