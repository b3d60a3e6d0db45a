using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A database whose keys are structures of the application's own, by a value converter.</summary>
public sealed class StructKeyDb(DbContextOptions<StructKeyDb> options) : IdentityDbContext<IdentityUser<UserKey>, IdentityRole<UserKey>, UserKey>(options)
{
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<UserKey>().HaveConversion<Conversion>();

    private sealed class Conversion() : ValueConverter<UserKey, Guid>(key => key.Value, value => new UserKey(value));
}
