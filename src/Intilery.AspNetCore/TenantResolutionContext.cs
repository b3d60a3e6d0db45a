using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore;

/// <summary>What a tenant is asked for. See <see cref="ILifecycleTenantResolver"/>.</summary>
public sealed class TenantResolutionContext
{
    /// <summary>Gets what happens.</summary>
    public TenantResolutionMoment Moment { get; init; }

    /// <summary>
    /// Gets a copy of the request that it happens in, made when the events are recorded, with what middleware has set by then: items,
    /// features, the user, route values, the endpoint, the session, a form that was read. It has no body, its response goes nowhere, and
    /// its <see cref="HttpContext.RequestServices"/> are the resolver's own. <see langword="null"/> outside of any request: in a hub's
    /// invocation, a circuit, a job.
    /// </summary>
    public HttpContext? HttpContext { get; init; }

    /// <summary>
    /// Gets whose tenant it is: the principal that is being signed in or out, else that of the scope. <see langword="null"/> if there
    /// is none.
    /// </summary>
    public ClaimsPrincipal? Principal { get; init; }

    /// <summary>Gets the database key of that principal's user; <see langword="null"/> if it names none.</summary>
    public string? UserId { get; init; }

    /// <summary>
    /// Gets the tenant that the principal's claims name, by <c>Tenant:ClaimType(s)</c>; <see langword="null"/> for none, or several. Always
    /// <see langword="null"/> at a sign-up: the tenant of who creates a user is not that user's.
    /// </summary>
    public string? ClaimedTenantId { get; init; }
}
