using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore;

/// <summary>
/// Resolves the tenant of an event, if claims do not contain it: by the route, the host, or the application's data. Register it
/// with <c>AddIntilery().UseTenantResolver&lt;T&gt;()</c>.
/// </summary>
/// <remarks>
/// It is called when the events of a request, or of another scope, are recorded: before the response starts, once for each principal and
/// <see cref="TenantResolutionContext.Moment"/>, and never within a save. It comes from a service scope of its own, so that it never shares
/// a <c>DbContext</c> with the request, and runs on another thread, in the execution context of what happened. The response waits for all
/// its answers together at most <see cref="IntileryOutboxOptions.CommitTimeout"/> (1 second by default). If it fails or takes longer, or if
/// the process ends before it is called, the event is sent without <c>groupId</c>, for the reason <c>unresolved-tenant</c>; the
/// request is not affected. Events of changes that it saves itself are sent without a tenant.
/// <c>IHttpContextAccessor</c> still returns the request itself: take what you need from <see cref="TenantResolutionContext.HttpContext"/>.
/// </remarks>
/// <example>
/// <code>
/// internal sealed class TenantOfHost(TenantList tenants) : ILifecycleTenantResolver
/// {
///     public async ValueTask&lt;string?&gt; ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken) =&gt;
///         context.ClaimedTenantId ?? await tenants.FindAsync(context.UserId, cancellationToken);
/// }
/// </code>
/// </example>
public interface ILifecycleTenantResolver
{
    /// <summary>Returns the tenant's id.</summary>
    /// <param name="context">The event's request and principal.</param>
    /// <param name="cancellationToken">
    /// Cancelled when the answer is no longer waited for. Pass it on: until the resolver returns, it may block a thread.
    /// </param>
    /// <returns>
    /// The id, or <see langword="null"/> for none. <see cref="TenantResolutionContext.ClaimedTenantId"/> is what would be sent without a
    /// resolver.
    /// </returns>
    ValueTask<string?> ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken);
}

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

/// <summary>The kind of the event whose tenant is resolved. See <see cref="TenantResolutionContext.Moment"/>.</summary>
public enum TenantResolutionMoment
{
    /// <summary>An event that the application tracks. The principal is that of the scope.</summary>
    Event,

    /// <summary>A sign-in. The principal is the one that signs in, and not yet the request's.</summary>
    SignIn,

    /// <summary>A sign-out. The principal is that of the session that ends.</summary>
    SignOut,

    /// <summary>
    /// A new user, or one whose e-mail address is confirmed, where the confirmation counts as the sign-up. The principal is that of the
    /// scope; often there is none. A membership that is saved in the same scope takes precedence over the answer.
    /// </summary>
    SignUp,
}
