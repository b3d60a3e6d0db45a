using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Tests.Documentation.Snippets;

internal sealed class SubdomainTeams(SlugDb db) : ILifecycleTenantResolver
{
    public async ValueTask<string?> ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken) =>
        context.HttpContext?.Request.Host.Host.Split('.') is [var slug, _, _]
            ? await db.Teams.Where(team => team.Slug == slug).Select(team => team.Id).FirstOrDefaultAsync(cancellationToken)
            : context.ClaimedTenantId;
}

internal sealed record SubdomainTeam(string Id, string Slug);

internal sealed class SlugDb(DbContextOptions<SlugDb> options) : DbContext(options)
{
    public DbSet<SubdomainTeam> Teams => Set<SubdomainTeam>();
}
