using System.Security.Claims;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Scopes;

/// <summary>Reads what is known of a scope when something first happens in it.</summary>
internal sealed class ScopeContextReader(BrowserReader browsers, PrincipalReader principals, IOptionsMonitor<IntileryOptions> options, LifecycleDiagnostics diagnostics)
{
    /// <summary>Returns the facts of a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="personId">The user of the session that the caller knows of, for schemes that are not the default one.</param>
    public ScopeContext OfRequest(HttpContext context, string? personId) => Of(context.User, context) is var scopeContext && scopeContext.PersonId is null && personId is not null
        ? scopeContext with { PersonId = personId, HasUnnamedActor = false }
        : scopeContext;

    /// <summary>Returns the facts of somebody's work, at the browser that the request tells of, if any.</summary>
    public ScopeContext Of(ClaimsPrincipal? principal, HttpContext? context)
    {
        var person = principals.UserIdOf(principal);
        if (person is null && principals.UserIdFaultOf(principal) is { } fault)
        {
            diagnostics.UnusableUserId(PrincipalReader.UserIdClaim, fault);
        }

        return OfNobody() with
        {
            PersonId = person,
            IsImpersonated = principals.IsImpersonated(principal),
            IsPersonExcluded = principals.IsExcluded(principal),
            HasUnnamedActor = person is null && PrincipalReader.IsAuthenticated(principal),
            IsSkipped = context is not null && IsSkipped(context),
            Browser = context is null || principals.IsImpersonated(principal) ? null : Browser(context),
        };
    }

    /// <summary>Returns the facts of work that nobody is known to do.</summary>
    public ScopeContext OfNobody() => new() { Id = MessageIds.Next(), Destination = options.CurrentValue.Destination };

    private bool IsSkipped(HttpContext context)
    {
        try
        {
            return context.GetEndpoint()?.Metadata.GetMetadata<SkipLifecycleTrackingAttribute>() is not null;
        }
        catch (Exception exception)
        {
            // As for the browser.
            diagnostics.Failed("reading the endpoint of a request", exception);
            return false;
        }
    }

    private BrowserContext? Browser(HttpContext context)
    {
        try
        {
            return browsers.Read(context);
        }
        catch (Exception exception)
        {
            // The request may be gone: a connection's, or one whose work outlived it. What happened is a fact without it.
            diagnostics.Failed("reading what a request says of its browser", exception);
            return null;
        }
    }
}
