using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>Identity's API for single-page and mobile clients: bearer tokens and cookies behind one composite scheme.</summary>
internal sealed class ApiShape(FlowParts parts) : FlowShape(parts)
{
    public override void AddServices(IServiceCollection services)
    {
        base.AddServices(services);
        services.AddDbContext<AppDb>(options => options.UseSqlite(Parts.ConnectionString).AddInterceptors(Parts.Interceptor));
        services.AddIdentityApiEndpoints<IdentityUser>(options => options.Stores.SchemaVersion = IdentitySchemaVersions.Version3).AddEntityFrameworkStores<AppDb>();
        services.Configure<PasswordHasherOptions>(options => options.IterationCount = 1);
        services.AddAuthorization();
    }

    public override async Task CreateDatabaseAsync(IServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<AppDb>().Database.EnsureCreatedAsync();
    }

    public override void Map(IEndpointRouteBuilder routes)
    {
        base.Map(routes);
        routes.MapGroup("/api").MapIdentityApi<IdentityUser>();
    }
}
