using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Tests.Documentation.Snippets;

internal sealed class ExistingCustomers(UserManager<IdentityUser> users, ILifecycleTracker lifecycle)
{
    public async Task SendAsync(CancellationToken cancellationToken)
    {
        await foreach (var user in users.Users.AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            var traits = new Dictionary<string, object?> { ["email"] = user.Email, ["username"] = user.UserName };
            await lifecycle.IdentifyAsync(traits, user.Id, cancellationToken);
        }
    }
}
