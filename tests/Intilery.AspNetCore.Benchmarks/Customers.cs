using System.Diagnostics;
using System.Globalization;
using Intilery.AspNetCore.Backfill;
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
/// What a backfill takes: users a second into an outbox in the application's database, and memory over the idle application. A tenth as many accounts
/// as users, and a membership each. Nothing is delivered. SQLite, and the PostgreSQL that INTILERY_TEST_POSTGRES names.
/// </summary>
internal static class Customers
{
    private const int PerSave = 5_000;

    public static async Task RunAsync(int count)
    {
        var file = Path.Combine(Path.GetTempPath(), $"intilery-customers-{Guid.NewGuid():N}.db");
        await MeasureAsync("SQLite", count, options => options.UseSqlite($"Data Source={file};Pooling=False"));
        if (Environment.GetEnvironmentVariable("INTILERY_TEST_POSTGRES") is { Length: > 0 } server)
        {
            var database = new NpgsqlConnectionStringBuilder(server) { Database = $"customers_{Guid.NewGuid():N}" }.ConnectionString;
            await MeasureAsync("PostgreSQL", count, options => options.UseNpgsql(database));
        }
    }

    private static async Task MeasureAsync(string name, int count, Action<DbContextOptionsBuilder> database)
    {
        await CreateAsync(count, database);
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Intilery:ClientId"] = "acme", ["Intilery:AuthToken"] = "customers", ["Intilery:Delivery:Enabled"] = "false",
        });
        builder.Services.AddDbContext<CustomersDb>(database);
        builder.Services.AddIntilery()
            .UseEntityFrameworkOutbox<CustomersDb>()
            .MapAccounts<CustomerTeam>(team => team.Id, team => team.Name)
            .MapMemberships<CustomerMember>(member => member.UserId, member => member.TeamId);
        builder.Services.AddSingleton(BackfillSettings.Default with { MaxWaiting = int.MaxValue });
        using var host = builder.Build();
        await host.StartAsync();

        // Warm, and idle.
        var backfill = host.Services.GetRequiredService<IIntileryBackfill>();
        await backfill.RunAsync(new IntileryBackfillRequest { DryRun = true, Since = DateTimeOffset.MaxValue });
        var idle = Memory(collect: true);
        using var peak = new PeakMemory();
        var began = Stopwatch.GetTimestamp();
        var result = await backfill.RunAsync();
        var elapsed = Stopwatch.GetElapsedTime(began);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-10} {result.Parts[0].Sent,8:N0} users   {elapsed.TotalSeconds,7:N1} s   {result.Parts[0].Sent / elapsed.TotalSeconds,8:N0} a second   {(peak.Bytes - idle) / 1048576.0,6:N0} MB over the idle process"));

        await using (var scope = host.Services.CreateAsyncScope())
        {
            await scope.ServiceProvider.GetRequiredService<CustomersDb>().Database.EnsureDeletedAsync();
        }

        await host.StopAsync();
    }

    private static async Task CreateAsync(int count, Action<DbContextOptionsBuilder> database)
    {
        var options = new DbContextOptionsBuilder<CustomersDb>();
        database(options);
        for (var first = 0; first < count; first += PerSave)
        {
            await using var db = new CustomersDb(options.Options);
            await db.Database.EnsureCreatedAsync();
            for (var i = first; i < Math.Min(count, first + PerSave); i++)
            {
                var user = new IdentityUser { UserName = $"user-{i}", NormalizedUserName = $"USER-{i}", Email = $"user-{i}@example.com" };
                db.Add(user);
                db.Add(new CustomerMember { UserId = user.Id, TeamId = 1 + (i / 10) });
                if (i % 10 == 0)
                {
                    db.Add(new CustomerTeam { Id = 1 + (i / 10), Name = $"Team {i / 10}" });
                }
            }

            await db.SaveChangesAsync();
        }
    }

    private static long Memory(bool collect)
    {
        if (collect)
        {
            GC.Collect();
        }

        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    /// <summary>Looks at the process's memory every 50 ms.</summary>
    private sealed class PeakMemory : IDisposable
    {
        private readonly Timer _timer;
        private long _bytes;

        public PeakMemory() => _timer = new Timer(_ => Look(), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(50));

        public long Bytes => Interlocked.Read(ref _bytes);

        public void Dispose() => _timer.Dispose();

        private void Look()
        {
            var now = Memory(collect: false);
            if (now > Interlocked.Read(ref _bytes))
            {
                Interlocked.Exchange(ref _bytes, now);
            }
        }
    }
}

internal sealed class CustomerTeam
{
    public int Id { get; set; }

    public string Name { get; set; } = string.Empty;
}

internal sealed class CustomerMember
{
    public int Id { get; set; }

    public string UserId { get; set; } = string.Empty;

    public int TeamId { get; set; }
}

/// <summary>Customers with the outbox beside them.</summary>
internal sealed class CustomersDb(DbContextOptions<CustomersDb> options) : IdentityDbContext<IdentityUser>(options)
{
    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.Entity<CustomerTeam>().Property(team => team.Id).ValueGeneratedNever();
        builder.Entity<CustomerMember>().HasIndex(member => member.UserId);
        builder.AddIntileryOutbox();
    }
}
