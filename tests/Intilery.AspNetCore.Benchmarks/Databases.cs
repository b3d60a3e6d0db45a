using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>The databases that there are: SQLite, and the servers that <c>INTILERY_TEST_POSTGRES</c> and <c>INTILERY_TEST_MARIADB</c> name.</summary>
internal static class Databases
{
    private static readonly string? _postgres = Environment.GetEnvironmentVariable("INTILERY_TEST_POSTGRES");
    private static readonly string? _mariaDb = Environment.GetEnvironmentVariable("INTILERY_TEST_MARIADB");

    public static IReadOnlyList<string> Names { get; } =
        [.. new[] { "sqlite", _postgres is null ? null : "postgres", _mariaDb is null ? null : "mariadb" }.OfType<string>()];

    /// <summary>Lets a context use the database of that name: on SQLite a file of the temporary folder.</summary>
    public static void Use(DbContextOptionsBuilder options, string kind, string name)
    {
        switch (kind)
        {
            case "postgres":
                options.UseNpgsql($"{_postgres};Database=intilery_benchmark_{name}");
                break;

            case "mariadb":
                options.UseMySQL($"{_mariaDb};Database=intilery_benchmark_{name}");
                break;

            default:
                options.UseSqlite($"Data Source={Path.Combine(Path.GetTempPath(), $"intilery-benchmark-{name}.db")}");
                break;
        }
    }

    public static async Task CreateAsync<TContext>(IServiceProvider services)
        where TContext : DbContext
    {
        await using var scope = services.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<TContext>().Database;
        await database.EnsureDeletedAsync();
        await database.EnsureCreatedAsync();
    }

    /// <summary>Configures the package to send to a stand-in.</summary>
    public static void AddIntilery(this IConfigurationBuilder configuration, Uri api, string folder) => configuration.AddInMemoryCollection(new Dictionary<string, string?>
    {
        ["Intilery:ClientId"] = "acme",
        ["Intilery:AuthToken"] = "benchmark",
        ["Intilery:BaseAddress"] = api.AbsoluteUri,
        ["Intilery:Outbox:Path"] = folder,
    });
}
