using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Enrich;
using Intilery.AspNetCore.Enrich.Happenings;
using Intilery.AspNetCore.Events;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Capture;

/// <summary>Finds the scope that something happens in. The first happening makes it: a request without one costs nothing.</summary>
internal sealed class CaptureScopes(
    IHttpContextAccessor accessor, Lazy<IScopeSettler> settler, BrowserReader browsers, PrincipalReader principals, LifecycleDiagnostics diagnostics)
{
    // Features are not made for two writers.
    private readonly Lock _gate = new();

    /// <summary>Returns the scope of a request; <see langword="null"/> if its response can no longer wait for anything.</summary>
    /// <param name="context">The request.</param>
    /// <param name="personId">The user of the session that the caller knows of, for schemes that are not the default one.</param>
    public CaptureScope? Of(HttpContext context, string? personId)
    {
        if (context.Features.Get<HttpCaptureScope>() is { } known)
        {
            return known.Scope;
        }

        if (context.Response.HasStarted)
        {
            return null;
        }

        // Reading the facts runs code of the host's: under no lock. Of two that meet here one stays, and the other settles nothing.
        var scope = new HttpCaptureScope(context, new CaptureScope(FactsOf(context, personId)), settler.Value, diagnostics);
        scope.Attach();
        lock (_gate)
        {
            if (context.Features.Get<HttpCaptureScope>() is { } other)
            {
                return other.Scope;
            }

            context.Features.Set(scope);
            return scope.Scope;
        }
    }

    /// <summary>Records a committed change in the scope under way; outside of any, it is a scope of its own and settles at once.</summary>
    public void Record(Happening happening)
    {
        var context = accessor.HttpContext;
        var scope = context is null ? null : Of(context, null);
        if (scope is not null)
        {
            var entry = new ScopeEntry(happening) { IntentId = settler.Value.Announce(scope.Facts, happening), IsConfirmed = true };
            if (scope.TryAdd(entry))
            {
                return;
            }

            _ = SettleAloneAsync(scope.Facts, new NotedHappening(happening, entry.IntentId));
        }
        else if (context is not null)
        {
            // Streaming, a web socket: its response has left long ago.
            _ = SettleAloneAsync(FactsOf(context, null), new NotedHappening(happening, null));
        }
        else if (happening is UserCreated)
        {
            diagnostics.Suppressed(nameof(UserCreated), Reasons.OutsideScope);
        }
        else
        {
            _ = SettleAloneAsync(new ScopeFacts { Id = MessageIds.Next() }, new NotedHappening(happening, null));
        }
    }

    private async Task SettleAloneAsync(ScopeFacts facts, NotedHappening noted)
    {
        try
        {
            await settler.Value.SettleAsync(facts, [noted], CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Nobody awaits this; the host's save has long succeeded.
            diagnostics.Failed("settling a change outside a request", exception);
        }
    }

    private ScopeFacts FactsOf(HttpContext context, string? personId)
    {
        var person = principals.UserIdOf(context.User) ?? personId;
        return new ScopeFacts
        {
            Id = MessageIds.Next(),
            PersonId = person,
            HasUnnamedActor = person is null && PrincipalReader.IsAuthenticated(context.User),
            Browser = PrincipalReader.IsImpersonated(context.User) ? null : browsers.Read(context),
        };
    }
}
