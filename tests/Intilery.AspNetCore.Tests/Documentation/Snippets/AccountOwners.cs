using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Tests.Documentation.Snippets;

internal sealed class AccountOwners(AccountsDb db) : ITrialOwnerResolver
{
    public async ValueTask<string?> ResolveOwnerAsync(EndedTrial trial, CancellationToken cancellationToken) =>
        (await db.Accounts.FindAsync([trial.GroupId], cancellationToken))?.OwnerId;
}

internal sealed record Account(string Id, string OwnerId);

internal sealed class AccountsDb(DbContextOptions<AccountsDb> options) : DbContext(options)
{
    public DbSet<Account> Accounts => Set<Account>();
}
