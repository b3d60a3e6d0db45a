namespace Intilery.AspNetCore.Tests.Documentation.Snippets;

internal sealed class SubdomainTenants : ILifecycleTenantResolver
{
    public ValueTask<string?> ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken) =>
        new(context.HttpContext?.Request.Host.Host.Split('.') is [var tenant, _, _] ? tenant : context.ClaimedTenantId);
}
