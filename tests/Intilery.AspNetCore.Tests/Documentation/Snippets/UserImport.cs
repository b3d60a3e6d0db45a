using Microsoft.AspNetCore.Identity;

namespace Intilery.AspNetCore.Tests.Documentation.Snippets;

internal sealed class UserImport(ILifecycleTracker lifecycle, UserManager<IdentityUser> users)
{
    public async Task ImportAsync(string accountId, string email)
    {
        await using var scope = lifecycle.BeginScope(groupId: accountId);
        lifecycle.SetSignUpType("imported");
        await users.CreateAsync(new IdentityUser(email) { Email = email });
    } // Signed Up is recorded when the scope has ended
}
