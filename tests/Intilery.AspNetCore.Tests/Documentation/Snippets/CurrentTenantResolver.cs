namespace Intilery.AspNetCore.Tests.Documentation.Snippets;

// README: from here
internal sealed class CurrentTenantResolver(ITenantContextAccessor current) : ITenantResolver
{
    public ValueTask<string?> ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken) =>
        new(current.TenantInfo?.Identifier ?? context.ClaimedTenantId);
}
