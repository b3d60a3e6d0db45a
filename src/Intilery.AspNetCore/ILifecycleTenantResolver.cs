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
