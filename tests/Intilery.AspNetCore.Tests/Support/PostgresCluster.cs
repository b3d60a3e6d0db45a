using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Intilery.AspNetCore.Tests.Support;
using Npgsql;

[assembly: AssemblyFixture(typeof(PostgresCluster))]

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>
/// PostgreSQL for the tests that need one: the server that INTILERY_TEST_POSTGRES names, else a cluster of this run's own from
/// Debian's packages, started when it is first asked for. Without either the tests are skipped, and under CI they fail.
/// </summary>
public sealed class PostgresCluster : IAsyncDisposable
{
    private const string Variable = "INTILERY_TEST_POSTGRES";
    private const string Packages = "/usr/lib/postgresql";

    private readonly SemaphoreSlim _gate = new(1, 1);
    private string? _folder;
    private string? _connectionString;

    /// <summary>Returns the connection string of a new, empty schema.</summary>
    public async Task<string> NewSchemaAsync()
    {
        var server = await ServerAsync();
        var schema = $"t{Guid.NewGuid():N}";
        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"CREATE SCHEMA {schema}";
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(server) { SearchPath = schema, MaxPoolSize = 20 }.ConnectionString;
    }

    /// <summary>Returns the connection string of a new, empty database, for what creates its tables by <c>EnsureCreated</c>.</summary>
    public async Task<string> NewDatabaseAsync()
    {
        var server = await ServerAsync();
        var database = $"t{Guid.NewGuid():N}";
        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"CREATE DATABASE {database}";
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(server) { Database = database, MaxPoolSize = 20 }.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        _gate.Dispose();
        if (_folder is not null)
        {
            await RunAsync("pg_ctl", "stop", "--pgdata", Data, "--mode", "immediate", "--wait");
            Directory.Delete(_folder, recursive: true);
        }
    }

    private string Data => Path.Combine(_folder!, "data");

    private static string? Bin => !Directory.Exists(Packages) ? null : Directory.GetDirectories(Packages)
        .Select(folder => Path.Combine(folder, "bin"))
        .Where(bin => File.Exists(Path.Combine(bin, "initdb")))
        .MaxBy(bin => bin, StringComparer.Ordinal);

    private async Task<string> ServerAsync()
    {
        await _gate.WaitAsync();
        try
        {
            return _connectionString ??= Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given ? given : await StartAsync();
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<string> StartAsync()
    {
        if (Bin is null)
        {
            var reason = $"No PostgreSQL: neither {Variable} nor {Packages}/*/bin.";
            Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") == "true", reason);
            Assert.Fail(reason);
        }

        _folder = Directory.CreateTempSubdirectory("intilery-postgres-").FullName;
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync("chown", "postgres", _folder);
        }

        await RunAsync("initdb", "--pgdata", Data, "--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--no-sync");
        for (var attempt = 1; ; attempt++)
        {
            // Free now; if somebody takes it in between, another is tried.
            var port = FreePort();
            try
            {
                await RunAsync(
                    "pg_ctl", "start", "--silent", "--pgdata", Data, "--wait", "--log", Path.Combine(_folder, "log"),
                    "--options", $"-p {port} -k {_folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200");
                return $"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres;Timeout=15";
            }
            catch (InvalidOperationException) when (attempt < 5)
            {
            }
        }
    }

    // initdb and pg_ctl refuse root, and so run as the package's own user.
    private static async Task RunAsync(string program, params string[] arguments)
    {
        var isOurs = program != "chown";
        var file = isOurs ? Path.Combine(Bin!, program) : program;
        var start = isOurs && Environment.IsPrivilegedProcess
            ? new ProcessStartInfo("runuser", ["-u", "postgres", "--", file, .. arguments])
            : new ProcessStartInfo(file, arguments);
        start.WorkingDirectory = Path.GetTempPath();
        start.RedirectStandardError = isOurs && !arguments.Contains("start");
        start.RedirectStandardOutput = start.RedirectStandardError;
        using var process = Process.Start(start)!;
        var output = start.RedirectStandardError
            ? await process.StandardOutput.ReadToEndAsync() + await process.StandardError.ReadToEndAsync()
            : string.Empty;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {output}");
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
