using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Documentation.Snippets;

/// <summary>An application whose contexts need a tenant.</summary>
internal static class TenantsWithoutARequest
{
    public static void Configure(WebApplicationBuilder builder)
    {
        builder.Services.AddIntilery().ForEachTenant(
            services => services.GetRequiredService<CatalogDb>().Tenants.Select(tenant => tenant.Id).AsAsyncEnumerable(),
            (services, id) => services.GetRequiredService<CurrentTenant>().Id = id);
    }

    private sealed record Tenant(string Id);

    private sealed class CatalogDb(DbContextOptions<CatalogDb> options) : DbContext(options)
    {
        public DbSet<Tenant> Tenants => Set<Tenant>();
    }

    private sealed class CurrentTenant
    {
        public string? Id { get; set; }
    }
}
