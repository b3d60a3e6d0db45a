using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A user store that is truly asynchronous, as one over a network is; SQLite's is not.</summary>
public sealed class YieldingUserStore(AppDb db, IdentityErrorDescriber describer) : UserStore<IdentityUser, IdentityRole, AppDb>(db, describer)
{
    public override async Task<IdentityUser?> FindByIdAsync(string userId, CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        return await base.FindByIdAsync(userId, cancellationToken);
    }
}
