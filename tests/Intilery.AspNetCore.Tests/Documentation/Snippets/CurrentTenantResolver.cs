namespace Intilery.AspNetCore.Tests.Documentation.Snippets;

// README: from here
internal sealed class CurrentTenantResolver(ITenantContextAccessor current) : ILifecycleTenantResolver
{
    public ValueTask<string?> ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken) =>
        new(current.TenantInfo?.Identifier ?? context.ClaimedTenantId);
}
