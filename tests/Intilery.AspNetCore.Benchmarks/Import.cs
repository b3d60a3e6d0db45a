using System.Diagnostics;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>
/// What the package adds to an import: one save of many users with a membership each, within a scope, against the same save without the package.
/// The save alone is timed. SQLite, and the PostgreSQL that INTILERY_TEST_POSTGRES names.
/// </summary>
internal static class Import
{
    private const int Rounds = 3;

    public static async Task RunAsync()
    {
        Console.WriteLine("One save of n users and n memberships, the least of three rounds:");
        foreach (var count in new[] { 1_000, 5_000, 20_000 })
        {
            await MeasureAsync("SQLite", count, SqliteAsync);
            if (Environment.GetEnvironmentVariable("INTILERY_TEST_POSTGRES") is { Length: > 0 } server)
            {
                await MeasureAsync("PostgreSQL", count, () => PostgresAsync(server));
            }
        }
    }

    private static async Task MeasureAsync(string database, int count, Func<Task<Action<DbContextOptionsBuilder>>> create)
    {
        var (without, with) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        for (var round = 0; round < Rounds; round++)
        {
            without = Min(without, await SaveAsync(count, await create(), isTracked: false));
            with = Min(with, await SaveAsync(count, await create(), isTracked: true));
        }

        Console.WriteLine($"{database,-10} {count,6:N0} users   {without.TotalMilliseconds,8:N0} ms without   {with.TotalMilliseconds,8:N0} ms with   {with / without:F2} times");
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static async Task<TimeSpan> SaveAsync(int count, Action<DbContextOptionsBuilder> database, bool isTracked)
    {
        var folder = Directory.CreateTempSubdirectory("intilery-import-").FullName;
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Intilery:ClientId"] = "acme",
            ["Intilery:AuthToken"] = "import",
            ["Intilery:Delivery:Enabled"] = "false",
            ["Intilery:Outbox:Path"] = folder,
        });
        builder.Services.AddDbContext<ImportDb>(database);
        if (isTracked)
        {
            builder.Services.AddIntilery().MapMemberships<ImportMember>(member => member.UserId, member => member.TeamId);
        }

        using var host = builder.Build();
        await host.StartAsync();
        TimeSpan elapsed;
        await using (var scope = host.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<ImportDb>();
            await db.Database.EnsureDeletedAsync();
            await db.Database.EnsureCreatedAsync();
            var work = isTracked ? scope.ServiceProvider.GetRequiredService<ILifecycleTracker>().BeginScope() : null;
            for (var i = 0; i < count; i++)
            {
                var user = new IdentityUser { Id = $"user-{i}", UserName = $"user-{i}", NormalizedUserName = $"USER-{i}", Email = $"user-{i}@example.com" };
                db.Add(user);
                db.Add(new ImportMember { UserId = user.Id, TeamId = $"team-{i % 100}" });
            }

            var began = Stopwatch.GetTimestamp();
            await db.SaveChangesAsync();
            elapsed = Stopwatch.GetElapsedTime(began);
            await (work?.DisposeAsync() ?? ValueTask.CompletedTask);
            await db.Database.EnsureDeletedAsync();
        }

        await host.StopAsync();
        Directory.Delete(folder, recursive: true);
        return elapsed;
    }

    private static Task<Action<DbContextOptionsBuilder>> SqliteAsync()
    {
        var file = Path.Combine(Path.GetTempPath(), $"intilery-import-{Guid.NewGuid():N}.db");
        return Task.FromResult<Action<DbContextOptionsBuilder>>(options => options.UseSqlite($"Data Source={file};Pooling=False"));
    }

    private static Task<Action<DbContextOptionsBuilder>> PostgresAsync(string server)
    {
        var database = new NpgsqlConnectionStringBuilder(server) { Database = $"import_{Guid.NewGuid():N}", Pooling = false }.ConnectionString;
        return Task.FromResult<Action<DbContextOptionsBuilder>>(options => options.UseNpgsql(database));
    }
}

/// <summary>A membership of an import.</summary>
internal sealed class ImportMember
{
    public int Id { get; set; }

    public string UserId { get; set; } = string.Empty;

    public string TeamId { get; set; } = string.Empty;
}

/// <summary>A database of users and their memberships.</summary>
internal sealed class ImportDb(DbContextOptions<ImportDb> options) : IdentityDbContext<IdentityUser>(options)
{
    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.Entity<ImportMember>();
    }
}
