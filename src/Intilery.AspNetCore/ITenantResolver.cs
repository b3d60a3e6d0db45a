namespace Intilery.AspNetCore;

/// <summary>
/// Says which tenant something belongs to, where claims do not: by the route, the host, or what the application knows. Register it
/// with <c>AddIntilery().UseTenantResolver&lt;T&gt;()</c>.
/// </summary>
/// <remarks>
/// It is asked while something happens, by the request that it happens in, and from the request's own services; without a request,
/// from a scope of its own. The answer is kept with what happened, whichever process records it. It is asked on another thread, with the
/// request's execution context, and the request waits for it, at most <see cref="OutboxOptions.CommitTimeout"/>. If it fails or takes
/// longer, the event goes without <c>groupId</c>, for the reason <c>unresolved-tenant</c>; the request is not affected. What it saves or
/// signs in itself goes without a tenant: it is not asked again for that.
/// </remarks>
public interface ITenantResolver
{
    /// <summary>Returns the tenant's id.</summary>
    /// <param name="context">What happens, and to whom.</param>
    /// <param name="cancellationToken">
    /// Gives up: nobody waits for the answer any more. Pass it on: what still uses the request then meets the request's own work.
    /// </param>
    /// <returns>
    /// The id, or <see langword="null"/> for none. <see cref="TenantResolutionContext.ClaimedTenantId"/> is what would be sent without a
    /// resolver.
    /// </returns>
    ValueTask<string?> ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken);
}
