using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>Identity on a store that answers later, as one over a network does, and revoked sessions as sign-outs.</summary>
internal sealed class RemoteStoreShape(FlowParts parts) : IdentityShape(parts)
{
    public override Dictionary<string, string?> Settings => new(base.Settings) { ["Intilery:SignOut:WhenRevoked"] = "true" };

    public override void AddServices(IServiceCollection services)
    {
        base.AddServices(services);
        services.AddScoped<IUserStore<IdentityUser>, YieldingUserStore>();
    }
}
