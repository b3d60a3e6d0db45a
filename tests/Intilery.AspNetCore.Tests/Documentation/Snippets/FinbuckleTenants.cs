using Finbuckle.MultiTenant.Abstractions;
using Intilery.AspNetCore;

internal sealed class FinbuckleTenants(IMultiTenantContextAccessor current) : ILifecycleTenantResolver
{
    public ValueTask<string?> ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken) =>
        new(current.MultiTenantContext?.TenantInfo?.Id ?? context.ClaimedTenantId);
}
