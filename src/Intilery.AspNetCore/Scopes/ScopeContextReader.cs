using System.Diagnostics;
using System.Security.Claims;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Intilery.AspNetCore.Scopes;

/// <summary>Reads the context of a scope when its first fact is captured.</summary>
internal sealed class ScopeContextReader(
    BrowserReader browsers, PrincipalReader principals, IOptionsMonitor<IntileryOptions> options, LifecycleDiagnostics diagnostics,
    IBrowserSessions? sessions = null)
{
    /// <summary>Returns the context of a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="personId">The user of the caller's session, for schemes that are not the default one.</param>
    public ScopeContext OfRequest(HttpContext context, string? personId)
    {
        // The request's span, not the span that is current at the first fact.
        var scopeContext = Of(context.User, context);
        scopeContext = LifecycleTraces.ParentOf(context.Features.Get<IHttpActivityFeature>()?.Activity) is { } traceParent
            && traceParent != scopeContext.TraceParent
            ? scopeContext with { TraceParent = traceParent }
            : scopeContext;
        return scopeContext.PersonId is null && personId is not null
            ? scopeContext with { PersonId = personId, HasUnnamedActor = false, IsByScript = false }
            : scopeContext;
    }

    /// <summary>Returns the context of a user's work, with the browser of the request, if any.</summary>
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
            HasUnnamedActor = person is null
                && (PrincipalReader.IsAuthenticated(principal) || (context is not null && IsSigned(context.Request))),
            IsByScript = person is null && context is not null && IsByScript(context.Request),
            IsSkipped = context is not null && IsSkipped(context),
            Browser = context is null || principals.IsImpersonated(principal) ? null : Browser(context, person),
        };
    }

    /// <summary>Returns the context of work without a user.</summary>
    public ScopeContext OfNobody() => new()
    {
        Id = MessageIds.Next(), Destination = options.CurrentValue.Destination, TraceParent = LifecycleTraces.ParentOf(Activity.Current),
    };

    // Browsers and apps send at least one of these; a request without a user agent is not classified.
    private static bool IsByScript(HttpRequest request)
    {
        var headers = request.Headers;
        return headers.UserAgent is [{ Length: > 0 } agent, ..] && !agent.StartsWith("Mozilla/", StringComparison.OrdinalIgnoreCase)
            && StringValues.IsNullOrEmpty(headers.Cookie) && StringValues.IsNullOrEmpty(headers.AcceptLanguage)
            && StringValues.IsNullOrEmpty(headers.Origin)
            && StringValues.IsNullOrEmpty(headers.Referer)
            && !headers.ContainsKey("Sec-Fetch-Mode");
    }

    // A webhook is authenticated by a signature of its body: Stripe-Signature, X-Hub-Signature-256, X-Shopify-Hmac-Sha256,
    // webhook-signature.
    private static bool IsSigned(HttpRequest request) => IsByScript(request) && request.Headers.Keys.Any(name =>
        name.Contains("-signature", StringComparison.OrdinalIgnoreCase) || name.Contains("-hmac", StringComparison.OrdinalIgnoreCase));

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

    private BrowserContext? Browser(HttpContext context, string? person)
    {
        try
        {
            var browser = browsers.Read(context);
            return person is not null && browser.AnonymousId is not null && sessions?.HasOtherUser(context, person) == true
                ? browser with { AnonymousId = null }
                : browser;
        }
        catch (Exception exception)
        {
            // The request may be over: a connection's, or one whose work outlived it. The fact goes without its browser.
            diagnostics.Failed("reading the browser of a request", exception);
            return null;
        }
    }
}

/// <summary>Finds the sessions that one browser has at the same time, in cookies of several schemes.</summary>
internal interface IBrowserSessions
{
    /// <summary>Returns whether the browser also has a live session of another user: its anonymous id then identifies neither.</summary>
    bool HasOtherUser(HttpContext context, string userId);
}
