using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>
/// Three nodes on one PostgreSQL for minutes: 50 sign-ins a second by 2,000 people, while each minute the API fails and hangs, a node is
/// stopped, another is killed, the third is frozen, and the database is restarted. At the end there is one event for each sign-in.
/// </summary>
internal sealed class Soak : IAsyncDisposable
{
    private const int People = 2000;
    private const int PerSecond = 50;
    private const int Nodes = 3;
    private static readonly TimeSpan _longestDrain = TimeSpan.FromMinutes(3);

    // What happens in each minute, and when. A node is not killed while the database is away: what a request then leaves in memory is lost with it.
    private static readonly (int Second, string Name, Func<Soak, Task> Do)[] _faults =
    [
        (4, "the API answers 503 for 8 seconds", async soak => await soak._api.AnswerAsync(StatusCodes.Status503ServiceUnavailable, TimeSpan.FromSeconds(8))),
        (14, "the API does not answer for 5 seconds", async soak => await soak._api.AnswerAsync(0, TimeSpan.FromSeconds(5))),
        (21, "node 1 is stopped and started", async soak => await soak.RestartAsync(0, "TERM")),
        (29, "node 2 is killed and started", async soak => await soak.RestartAsync(1, "KILL")),
        (37, "node 3 is frozen for 10 seconds", async soak => await soak.FreezeAsync(2, TimeSpan.FromSeconds(10))),
        (50, "the database is restarted", soak => soak._cluster.RestartAsync()),
    ];

    private readonly SoakCluster _cluster = new();
    private readonly SoakApi _api = new();
    private readonly SoakNode[] _nodes = new SoakNode[Nodes];
    private readonly ConcurrentDictionary<string, int> _acknowledged = new();
    private readonly ConcurrentDictionary<string, int> _uncertain = new();
    private readonly List<(TimeSpan At, long[] Rss, int[] Handles, long Rows, long Bytes)> _samples = [];

    // A frozen node answers once it goes on.
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { Timeout = TimeSpan.FromMinutes(1) };

    public static async Task<int> RunAsync(double minutes)
    {
        await using var soak = new Soak();
        await soak._cluster.StartAsync();
        await soak._api.StartAsync();
        for (var i = 0; i < Nodes; i++)
        {
            soak._nodes[i] = await SoakNode.StartAsync(soak._cluster.ConnectionString, soak._api.Address);
        }

        return await soak.RunAsync(TimeSpan.FromMinutes(minutes));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            node?.Dispose();
        }

        await _api.DisposeAsync();
        await _cluster.DisposeAsync();
        _client.Dispose();
    }

    private async Task<int> RunAsync(TimeSpan length)
    {
        Console.WriteLine($"{DateTime.UtcNow:yyyy-MM-dd HH:mm}Z, {Environment.ProcessorCount} processors, {length.TotalMinutes:0.#} minutes, {PerSecond} sign-ins a second, {People} people, {Nodes} nodes");
        var watch = Stopwatch.StartNew();
        using var over = new CancellationTokenSource(length);
        var faults = FaultsAsync(watch, over.Token);
        var samples = SampleAsync(watch, over.Token);
        await LoadAsync(watch, over.Token);
        await faults;
        await samples;
        foreach (var node in _nodes)
        {
            await node.SignalAsync("CONT");
        }

        var drained = await DrainAsync();
        await AddSampleAsync(watch);
        return Report(drained);
    }

    private async Task LoadAsync(Stopwatch watch, CancellationToken over)
    {
        var underWay = new ConcurrentDictionary<Task, bool>();
        for (var sent = 0; !over.IsCancellationRequested; sent++)
        {
            if (TimeSpan.FromSeconds((double)sent / PerSecond) - watch.Elapsed is { Ticks: > 0 } early)
            {
                await Task.Delay(early, CancellationToken.None);
            }

            var request = SignInAsync();
            underWay[request] = true;
            _ = request.ContinueWith(done => underWay.TryRemove(done, out _), TaskScheduler.Default);
        }

        await Task.WhenAll(underWay.Keys);
    }

    private async Task SignInAsync()
    {
        var user = "u" + Random.Shared.Next(People).ToString(CultureInfo.InvariantCulture);
        var address = _nodes[Random.Shared.Next(Nodes)].Address;
        try
        {
            using var response = await _client.PostAsync(new Uri($"{address}/sign-in?user={user}"), null);
            (response.IsSuccessStatusCode ? _acknowledged : _uncertain).AddOrUpdate(user, 1, static (_, count) => count + 1);
        }
        catch (HttpRequestException exception) when (exception.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused })
        {
            // The node is not there: nothing has happened.
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            // It was killed meanwhile: the sign-in may have happened or not.
            _uncertain.AddOrUpdate(user, 1, static (_, count) => count + 1);
        }
    }

    private async Task FaultsAsync(Stopwatch watch, CancellationToken over)
    {
        for (var minute = 0; ; minute++)
        {
            foreach (var (second, name, fault) in _faults)
            {
                try
                {
                    var at = TimeSpan.FromSeconds((minute * 60) + second);
                    await Task.Delay(at > watch.Elapsed ? at - watch.Elapsed : TimeSpan.Zero, over);
                }
                catch (OperationCanceledException)
                {
                    return;
                }

                Console.WriteLine($"{watch.Elapsed:mm\\:ss} {name}");
                await fault(this);
            }
        }
    }

    private async Task RestartAsync(int node, string signal)
    {
        await _nodes[node].EndAsync(signal);
        _nodes[node].Dispose();
        _nodes[node] = await SoakNode.StartAsync(_cluster.ConnectionString, _api.Address);
    }

    private async Task FreezeAsync(int node, TimeSpan time)
    {
        await _nodes[node].SignalAsync("STOP");
        await Task.Delay(time, CancellationToken.None);
        await _nodes[node].SignalAsync("CONT");
    }

    private async Task SampleAsync(Stopwatch watch, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromSeconds(15), over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await AddSampleAsync(watch);
        }
    }

    private async Task AddSampleAsync(Stopwatch watch)
    {
        try
        {
            var (rows, bytes) = await _cluster.TablesAsync();
            _samples.Add((watch.Elapsed, [.. _nodes.Select(node => node.Rss)], [.. _nodes.Select(node => node.Handles)], rows, bytes));
        }
        catch (Exception exception) when (exception is NpgsqlException or SocketException)
        {
            // The database is just being restarted.
        }
    }

    private async Task<bool> DrainAsync()
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < _longestDrain;)
        {
            if (await _cluster.TablesAsync() is (0, _))
            {
                return true;
            }

            await Task.Delay(200);
        }

        return false;
    }

    private int Report(bool drained)
    {
        var events = _api.Received.GroupBy(received => received.Value.User).ToDictionary(ofUser => ofUser.Key, ofUser => ofUser.Count());
        var (missing, tooMany) = (0, 0);
        foreach (var user in _acknowledged.Keys.Union(events.Keys))
        {
            var (least, has) = (_acknowledged.GetValueOrDefault(user), events.GetValueOrDefault(user));
            missing += Math.Max(0, least - has);
            tooMany += Math.Max(0, has - least - _uncertain.GetValueOrDefault(user));
        }

        var messages = _api.Received.Values.Sum(received => received.Count);
        Console.WriteLine($"facts: {_acknowledged.Values.Sum()} sign-ins acknowledged, {_uncertain.Values.Sum()} of unknown outcome (their node was killed or the client gave up)");
        Console.WriteLine($"events: {messages} messages accepted, {_api.Received.Count} after equal messageIds are removed ({messages - _api.Received.Count} doubles)");
        Console.WriteLine($"missing: {missing}; more than one event for a fact: {tooMany}; outbox empty at the end: {drained}");
        foreach (var (at, rss, handles, rows, bytes) in Thin(_samples))
        {
            Console.WriteLine($"{at:mm\\:ss} memory {string.Join(" / ", rss.Select(bytesOf => bytesOf >> 20))} MB, handles {string.Join(" / ", handles)}, {rows} rows and intents, tables {bytes >> 10} KB");
        }

        return missing == 0 && tooMany == 0 && drained ? 0 : 1;
    }

    // About ten of them, the first and the last among these.
    private static IEnumerable<T> Thin<T>(List<T> samples) =>
        samples.Where((_, i) => i % Math.Max(1, samples.Count / 10) == 0 || i == samples.Count - 1);
}

/// <summary>The tracking API: accepts, fails or hangs, and counts what it has accepted by its id.</summary>
internal sealed class SoakApi : IAsyncDisposable
{
    private readonly WebApplication _app;
    private volatile int _status = StatusCodes.Status200OK;
    private volatile TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SoakApi()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapPost("/track/acme/acme/ACME/v1/batch", HandleAsync);
    }

    /// <summary>Gets the sign-ins by their message ids, each with how often it was accepted.</summary>
    public ConcurrentDictionary<string, (string User, int Count)> Received { get; } = new();

    public string Address => _app.Urls.Single();

    public Task StartAsync() => _app.StartAsync();

    /// <summary>Answers with a status for a time; 0 is no answer.</summary>
    public async Task AnswerAsync(int status, TimeSpan time)
    {
        _status = status;
        await Task.Delay(time);
        _status = StatusCodes.Status200OK;
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
        if (_status == 0)
        {
            await _changed.Task.WaitAsync(context.RequestAborted);
        }

        if (_status is var status && status is not StatusCodes.Status200OK and not 0)
        {
            context.Response.StatusCode = status;
            return;
        }

        foreach (var call in body.RootElement.GetProperty("batch").EnumerateArray())
        {
            if (call.TryGetProperty("event", out var name) && name.GetString() == "Signed In")
            {
                var user = call.GetProperty("userId").GetString()!;
                Received.AddOrUpdate(call.GetProperty("messageId").GetString()!, _ => (user, 1), (_, before) => (user, before.Count + 1));
            }
        }

        await context.Response.WriteAsync("""{"success":true}""");
    }
}

/// <summary>A PostgreSQL cluster of the run's own, from Debian's packages.</summary>
internal sealed class SoakCluster : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("intilery-soak-").FullName;
    private readonly int _port = FreePort();
    private readonly string _bin = Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Last() + "/bin/";

    public string ConnectionString => $"Host=127.0.0.1;Port={_port};Username=intilery;Database=postgres;Maximum Pool Size=25";

    public async Task StartAsync()
    {
        if (Environment.IsPrivilegedProcess)
        {
            // PostgreSQL refuses to run as root.
            await RunAsync("chown", ["postgres", _folder]);
        }

        await PostgresAsync("initdb", "-D", _folder + "/data", "-U", "intilery", "--auth=trust", "--encoding=UTF8");
        await PostgresAsync("pg_ctl", [.. Start, "start"]);
        await using var db = new BenchmarkDb(new DbContextOptionsBuilder<BenchmarkDb>().UseNpgsql(ConnectionString).Options);
        await db.Database.EnsureCreatedAsync();
    }

    public async Task RestartAsync() => await PostgresAsync("pg_ctl", [.. Start, "-m", "fast", "restart"]);

    /// <summary>Returns how many rows and intents there are, and how large all tables are.</summary>
    public async Task<(long Rows, long Bytes)> TablesAsync()
    {
        await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT (SELECT COUNT(*) FROM "IntileryOutboxRows") + (SELECT COUNT(*) FROM "IntileryOutboxIntents"),
                (SELECT SUM(pg_total_relation_size(oid))::bigint FROM pg_class WHERE relname LIKE 'IntileryOutbox%' AND relkind = 'r')
            """;
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    public async ValueTask DisposeAsync()
    {
        await PostgresAsync("pg_ctl", "-D", _folder + "/data", "-m", "immediate", "-w", "-s", "stop");
        Directory.Delete(_folder, recursive: true);
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private string[] Start =>
        ["-D", _folder + "/data", "-l", _folder + "/data/log", "-w", "-s", "-o", $"-p {_port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={_folder}"];

    private Task PostgresAsync(string program, params string[] arguments) =>
        Environment.IsPrivilegedProcess ? RunAsync("runuser", ["-u", "postgres", "--", _bin + program, .. arguments]) : RunAsync(_bin + program, arguments);

    private async Task RunAsync(string program, string[] arguments)
    {
        // Its output goes nowhere: the server would hold a pipe open.
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" > /dev/null 2>&1", "sh", program, .. arguments]) { WorkingDirectory = _folder })!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
        }
    }
}
