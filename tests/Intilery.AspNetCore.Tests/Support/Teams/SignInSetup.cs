using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Support.Teams;

/// <summary>What a test's application has otherwise than a plain one.</summary>
public sealed record SignInSetup
{
    /// <summary>Gets how the context is registered.</summary>
    public Action<IServiceCollection, Action<DbContextOptionsBuilder>> Context { get; init; } =
        static (services, configure) => services.AddDbContext<TeamsDb>(configure);

    public Action<DbContextOptionsBuilder>? Database { get; init; }

    public Action<IServiceCollection>? Services { get; init; }

    public Dictionary<string, string?> Settings { get; init; } = [];
}
