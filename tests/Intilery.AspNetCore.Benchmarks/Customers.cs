using System.Diagnostics;
using System.Globalization;
using Intilery.AspNetCore.Backfill;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>
/// What a backfill of customers from before the package takes, with the outbox in the application's database: each run is a process of its own. The first
/// is killed (SIGKILL) at a random moment, the second resumes it, and everybody must wait in the outbox once; then live sign-ins by password are timed
/// beside another run, in alternating windows with and without it. A tenth as many accounts as users, and five memberships for four users. Nothing is
/// delivered. SQLite, and the PostgreSQL that INTILERY_TEST_POSTGRES names.
/// </summary>
internal static class Customers
{
    private const int PerSave = 5_000;
    private const int Windows = 9;
    private static readonly TimeSpan _window = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _signInInterval = TimeSpan.FromMilliseconds(100);

    public static async Task RunAsync(int count, IReadOnlyList<string> databases)
    {
        if (databases.Contains("sqlite"))
        {
            var file = Path.Combine(Path.GetTempPath(), $"intilery-customers-{Guid.NewGuid():N}.db");
            await MeasureAsync(count, $"Data Source={file};Pooling=False");
        }

        if (databases.Contains("postgres"))
        {
            var server = Environment.GetEnvironmentVariable("INTILERY_TEST_POSTGRES");
            await MeasureAsync(count, new NpgsqlConnectionStringBuilder(server) { Database = $"customers_{Guid.NewGuid():N}" }.ConnectionString);
        }
    }

    /// <summary>One process of the application: a backfill to its end, or until it is killed.</summary>
    public static async Task RunProcessAsync(string database, bool signsIn)
    {
        await using var app = Application(database);
        await app.StartAsync();
        var backfill = app.Services.GetRequiredService<IIntileryBackfill>();
        if (signsIn)
        {
            await SignInAsync(app, backfill);
            return;
        }

        // Warm, and idle.
        await backfill.RunAsync(new IntileryBackfillRequest { DryRun = true, Since = DateTimeOffset.MaxValue });
        var idle = Memory(collect: true);
        using var peak = new PeakMemory();
        var (began, cpu, first) = (Stopwatch.GetTimestamp(), CpuTime(), -1L);
        var result = await backfill.RunAsync(progress: new Lines(progress =>
        {
            first = first < 0 ? progress.Sent : first;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"sent {progress.Sent}"));
        }));
        var (elapsed, sent) = (Stopwatch.GetElapsedTime(began), result.Parts[0].Sent - first);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"resumed at {first:N0}: {sent:N0} users in {elapsed.TotalSeconds:N1} s, {sent / elapsed.TotalSeconds:N0} a second, {(CpuTime() - cpu).TotalMicroseconds / sent:N0} µs of the process's CPU each, at most {(peak.Bytes - idle) / 1048576.0:N0} MB over the idle process{Load()}"));
    }

    private static async Task MeasureAsync(int count, string database)
    {
        var name = IsSqlite(database) ? "SQLite" : "PostgreSQL";
        await CreateAsync(count, options => Configure(options, database));
        var target = Random.Shared.Next(count / 10, count * 9 / 10);
        using (var killed = Start("backfill-process", database))
        {
            var sent = 0L;
            while (sent < target && await killed.StandardOutput.ReadLineAsync() is { } line)
            {
                sent = long.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
            }

            killed.Kill();
            await killed.WaitForExitAsync();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: killed at {sent:N0} of {count:N0} users"));
        }

        Console.WriteLine($"{name}: {await LastLineAsync("backfill-process", database)}");
        var options = new DbContextOptionsBuilder<CustomersDb>();
        Configure(options, database);
        await using var db = new CustomersDb(options.Options);
        var calls = db.Database.SqlQueryRaw<long>("""SELECT COUNT(*) AS "Value" FROM "IntileryOutboxRows" UNION ALL SELECT COUNT(DISTINCT "UserId") FROM "IntileryOutboxRows" """).ToList();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {calls[0]:N0} calls wait, of {calls[1]:N0} people: {(calls[0] == count && calls[1] == count ? "everybody once" : "WRONG")}"));
        Console.WriteLine($"{name}: {await LastLineAsync("backfill-sign-ins", database)}");
        await db.Database.EnsureDeletedAsync();
    }

    private static async Task<string?> LastLineAsync(string mode, string database)
    {
        using var process = Start(mode, database);
        string? last = null;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            last = line;
        }

        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? last : throw new InvalidOperationException($"{mode} ended with {process.ExitCode}.");
    }

    private static Process Start(string mode, string database) =>
        Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [mode, database]) { RedirectStandardOutput = true })!;

    // Each window with the backfill is compared with the one without it that was just before.
    private static async Task SignInAsync(WebApplication app, IIntileryBackfill backfill)
    {
        await using (var scope = app.Services.CreateAsyncScope())
        {
            var users = scope.ServiceProvider.GetRequiredService<UserManager<IdentityUser>>();
            await users.CreateAsync(new IdentityUser("peter"), "Pa55word!");
        }

        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        await TimeAsync(client);
        var (alone, beside) = (new List<double>(), new List<double>());
        var (sent, seconds) = (0L, 0.0);
        for (var window = 0; window < Windows; window++)
        {
            alone.AddRange(await TimeAsync(client));
            using var cancellation = new CancellationTokenSource();
            var (began, first, last) = (Stopwatch.GetTimestamp(), -1L, 0L);
            var request = new IntileryBackfillRequest { Restart = window == 0, Trials = false };

            // SQLite's provider reads and writes synchronously.
            var run = Task.Run(() => backfill.RunAsync(
                request, new Lines(progress => (first, last) = (first < 0 ? progress.Sent : first, progress.Sent)), cancellation.Token));
            beside.AddRange(await TimeAsync(client));
            (sent, seconds) = (sent + last - first, seconds + Stopwatch.GetElapsedTime(began).TotalSeconds);
            if (run.IsCompleted)
            {
                await run;
                break;
            }

            await cancellation.CancelAsync();
            await run.ContinueWith(_ => { }, TaskScheduler.Default);
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"a sign-in by password, ten a second: {Times(alone)} alone, {Times(beside)} beside the backfill ({100 * ((Part(beside, 0.5) / Part(alone, 0.5)) - 1):+0;-0} %, {100 * ((Part(beside, 0.95) / Part(alone, 0.95)) - 1):+0;-0} %), which sends {sent / seconds:N0} users a second meanwhile{Load()}"));

        static string Times(List<double> times) => string.Create(
            CultureInfo.InvariantCulture, $"median {Part(times, 0.5):N1} ms, 95 of 100 in {Part(times, 0.95):N1} ms (of {times.Count})");
    }

    private static double Part(List<double> times, double part) => times.Order().ElementAt((int)(times.Count * part));

    private static async Task<List<double>> TimeAsync(HttpClient client)
    {
        var times = new List<double>();
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < _window;)
        {
            var one = Stopwatch.GetTimestamp();
            using var answer = await client.PostAsync("/sign-in", null);
            answer.EnsureSuccessStatusCode();
            var took = Stopwatch.GetElapsedTime(one);
            times.Add(took.TotalMilliseconds);
            if (took < _signInInterval)
            {
                await Task.Delay(_signInInterval - took);
            }
        }

        return times;
    }

    private static WebApplication Application(string database)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Intilery:ClientId"] = "acme", ["Intilery:AuthToken"] = "customers", ["Intilery:Delivery:Enabled"] = "false",
        });
        builder.Services.AddDbContext<CustomersDb>(options => Configure(options, database));
        builder.Services.AddIdentity<IdentityUser, IdentityRole>().AddEntityFrameworkStores<CustomersDb>();
        builder.Services.AddIntilery()
            .UseEntityFrameworkOutbox<CustomersDb>()
            .MapAccounts<CustomerTeam>(team => team.Id, team => team.Name)
            .MapMemberships<CustomerMember>(member => member.UserId, member => member.TeamId);
        builder.Services.AddSingleton(BackfillSettings.Default with { MaxWaiting = int.MaxValue });
        var app = builder.Build();
        app.UseIntileryLifecycleTracking();
        app.MapPost("/sign-in", async (SignInManager<IdentityUser> manager) =>
            (await manager.PasswordSignInAsync("peter", "Pa55word!", isPersistent: false, lockoutOnFailure: false)).Succeeded ? Results.Ok() : Results.Unauthorized());
        return app;
    }

    private static bool IsSqlite(string database) => database.StartsWith("Data Source=", StringComparison.Ordinal);

    private static void Configure(DbContextOptionsBuilder options, string database)
    {
        if (IsSqlite(database))
        {
            options.UseSqlite(database);
        }
        else
        {
            options.UseNpgsql(database);
        }
    }

    // What else the machine does decides how many a second there are, but not how much CPU each takes.
    private static string Load() => File.Exists("/proc/loadavg") ? $", load average {File.ReadAllText("/proc/loadavg").Split(' ')[0]}" : string.Empty;

    private static TimeSpan CpuTime()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
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
                if (i % 4 == 0)
                {
                    // Of the same person in the same account, by another role: nobody is in two.
                    db.Add(new CustomerMember { UserId = user.Id, TeamId = 1 + (i / 10) });
                }

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

    private sealed class Lines(Action<IntileryBackfillProgress> report) : IProgress<IntileryBackfillProgress>
    {
        public void Report(IntileryBackfillProgress value) => report(value);
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
