using System.Diagnostics;
using Microsoft.AspNetCore.Identity;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>
/// What the command interceptor adds to a query that only reads: one row by its key, of a SQLite database in memory, which answers faster than any
/// that an application has. With and without the package take turns, and the least of many rounds counts.
/// </summary>
internal static class ReadCosts
{
    private const int Rounds = 60;
    private const int Queries = 2_000;

    public static async Task RunAsync()
    {
        using var connection = new SqliteConnection($"Data Source=reads-{Guid.NewGuid():N};Mode=Memory;Cache=Shared");
        await connection.OpenAsync();
        using var without = await StartAsync(connection.ConnectionString, isTracked: false);
        using var with = await StartAsync(connection.ConnectionString, isTracked: true);
        await using (var scope = without.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<ImportDb>();
            await db.Database.EnsureCreatedAsync();
            db.Add(new IdentityUser { Id = "peter", UserName = "peter" });
            await db.SaveChangesAsync();
        }

        IHost[] hosts = [without, with];
        var least = hosts.Select(_ => (Nanoseconds: double.MaxValue, Bytes: long.MaxValue)).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < hosts.Length; i++)
            {
                await using var scope = hosts[i].Services.CreateAsyncScope();
                var db = scope.ServiceProvider.GetRequiredService<ImportDb>();
                var (bytes, began) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
                for (var query = 0; query < Queries; query++)
                {
                    _ = db.Users.AsNoTracking().First(user => user.Id == "peter");
                }

                var nanoseconds = Stopwatch.GetElapsedTime(began).TotalNanoseconds / Queries;
                least[i] = (Math.Min(least[i].Nanoseconds, nanoseconds), Math.Min(least[i].Bytes, (GC.GetAllocatedBytesForCurrentThread() - bytes) / Queries));
            }
        }

        Console.WriteLine(
            $"a query by key   {least[0].Nanoseconds:N0} ns {least[0].Bytes:N0} B without   "
            + $"+{least[1].Nanoseconds - least[0].Nanoseconds:N0} ns +{least[1].Bytes - least[0].Bytes:N0} B with");
    }

    private static async Task<IHost> StartAsync(string connectionString, bool isTracked)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Intilery:CaptureOnly"] = "true" });
        builder.Services.AddDbContext<ImportDb>(options => options.UseSqlite(connectionString));
        if (isTracked)
        {
            builder.Services.AddIntilery();
        }

        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
