using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Intilery.AspNetCore.Tests.Support;
using MySql.Data.MySqlClient;

[assembly: AssemblyFixture(typeof(MariaDbServer))]

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>
/// MariaDB for the tests that need one: the server that INTILERY_TEST_MARIADB names, else one of this run's own from Debian's packages,
/// started when it is first asked for. Without either the tests are skipped, and under CI they fail.
/// </summary>
public sealed class MariaDbServer : IAsyncDisposable
{
    private const string Variable = "INTILERY_TEST_MARIADB";
    private const string Server = "/usr/sbin/mariadbd";
    private const string User = "intilery";

    private readonly SemaphoreSlim _gate = new(1, 1);
    private string? _folder;
    private Process? _process;
    private string? _connectionString;

    /// <summary>Returns the connection string of a new, empty database, whose own collation is case-insensitive as MariaDB's is.</summary>
    public async Task<string> NewDatabaseAsync()
    {
        var server = await ServerAsync();
        var name = $"t{Guid.NewGuid():N}";
        await ExecuteAsync(server, $"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci");
        return new MySqlConnectionStringBuilder(server) { Database = name, MaximumPoolSize = 20 }.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        MySqlConnection.ClearAllPools();
        _gate.Dispose();
        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
            Directory.Delete(_folder!, recursive: true);
        }
    }

    private async Task<string> ServerAsync()
    {
        await _gate.WaitAsync();
        try
        {
            if (_connectionString is null)
            {
                var server = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given ? given : await StartAsync();

                // The statements of tests delimit names as the standard does.
                await ExecuteAsync(server, "SET GLOBAL sql_mode = CONCAT(@@GLOBAL.sql_mode, ',ANSI_QUOTES')");
                _connectionString = server;
            }

            return _connectionString;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<string> StartAsync()
    {
        if (!File.Exists(Server))
        {
            var reason = $"No MariaDB: neither {Variable} nor {Server}.";
            Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") == "true", reason);
            Assert.Fail(reason);
        }

        _folder = Directory.CreateTempSubdirectory("intilery-mariadb-").FullName;
        if (Environment.IsPrivilegedProcess)
        {
            using var chown = Process.Start("chown", ["mysql", _folder]);
            await chown.WaitForExitAsync();
        }

        var data = Path.Combine(_folder, "data");
        var init = Path.Combine(_folder, "init.sql");
        await File.WriteAllTextAsync(init, $"CREATE USER '{User}'@'127.0.0.1';\nGRANT ALL ON *.* TO '{User}'@'127.0.0.1';\n");
        using (var install = Start("mariadb-install-db", "--no-defaults", $"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db"))
        {
            await install.StandardOutput.ReadToEndAsync();
            await install.WaitForExitAsync();
            Assert.Equal(0, install.ExitCode);
        }

        // Free now; whoever takes it in between fails this run.
        var port = FreePort();
        _process = Start(
            Server, "--no-defaults", $"--datadir={data}", $"--socket={Path.Combine(_folder, "socket")}", $"--pid-file={Path.Combine(_folder, "pid")}", $"--port={port}",
            "--bind-address=127.0.0.1", "--skip-log-bin", "--innodb-flush-log-at-trx-commit=0", "--max-connections=400", $"--init-file={init}", $"--log-error={Path.Combine(_folder, "log")}");
        var connectionString = $"Server=127.0.0.1;Port={port};User ID={User};SslMode=Disabled";
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await ExecuteAsync(connectionString, "SELECT 1");
                return connectionString;
            }
            catch (MySqlException) when (attempt < 300 && !_process.HasExited)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100));
            }
            catch (MySqlException)
            {
                // The next test starts another; this one would outlive the run.
                _process.Kill(entireProcessTree: true);
                throw;
            }
        }
    }

    // The server refuses root, and so runs as the package's own user.
    private static Process Start(string file, params string[] arguments)
    {
        var start = Environment.IsPrivilegedProcess
            ? new ProcessStartInfo("runuser", ["-u", "mysql", "--", file, .. arguments])
            : new ProcessStartInfo(file, arguments);
        start.WorkingDirectory = Path.GetTempPath();
        start.RedirectStandardOutput = true;
        return Process.Start(start)!;
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new MySqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Literals of this class only.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
