using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A database of users without roles, with the tables of Identity's third schema, passkeys among them.</summary>
public sealed class UsersOnlyDb(DbContextOptions<UsersOnlyDb> options) : IdentityUserContext<IdentityUser>(options)
{
    // Identity reads the schema's version from the options of the context's application. The other contexts of a test keep theirs.
    private static readonly ServiceProvider _third = new ServiceCollection()
        .Configure<IdentityOptions>(options => options.Stores.SchemaVersion = IdentitySchemaVersions.Version3).BuildServiceProvider();

    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) => optionsBuilder.UseApplicationServiceProvider(_third);
}
