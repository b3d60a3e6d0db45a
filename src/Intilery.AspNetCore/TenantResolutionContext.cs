using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore;

/// <summary>The event whose tenant is resolved. See <see cref="ILifecycleTenantResolver"/>.</summary>
public sealed class TenantResolutionContext
{
    /// <summary>Gets the kind of the event.</summary>
    public TenantResolutionMoment Moment { get; init; }

    /// <summary>
    /// Gets a copy of the event's request, made when the events are recorded, with the values that middleware has set by then: items,
    /// features, the user, route values, the endpoint, the session, a form that was read. It has no body, its response is discarded, and
    /// its <see cref="HttpContext.RequestServices"/> are the resolver's own. <see langword="null"/> outside of any request: in a hub's
    /// invocation, a circuit, a job.
    /// </summary>
    public HttpContext? HttpContext { get; init; }

    /// <summary>
    /// Gets the principal whose tenant is resolved: the one that signs in or out, else that of the scope. <see langword="null"/> if there
    /// is none.
    /// </summary>
    public ClaimsPrincipal? Principal { get; init; }

    /// <summary>Gets the database key of that principal's user; <see langword="null"/> if it names none.</summary>
    public string? UserId { get; init; }

    /// <summary>
    /// Gets the tenant of the principal's claims, by <c>Tenant:ClaimType(s)</c>; <see langword="null"/> for none, or several. Always
    /// <see langword="null"/> at a sign-up: a created user does not inherit the creator's tenant.
    /// </summary>
    public string? ClaimedTenantId { get; init; }
}
