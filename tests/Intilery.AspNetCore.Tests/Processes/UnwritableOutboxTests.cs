using System.Net;
using Intilery.AspNetCore.Node;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Tests.Processes;

/// <summary>A process ends while its outbox cannot be written: in time, and without losing what is in its memory.</summary>
public sealed class UnwritableOutboxTests : IDisposable
{
    // Delivery:ShutdownTimeout is 5 seconds; the rest is the end of a process on a busy machine, and far from the host's own 30 seconds.
    private static readonly TimeSpan _atMost = TimeSpan.FromSeconds(15);

    private readonly ScratchFolder _folder = new();

    [Fact]
    public async Task A_stop_while_the_outbox_is_locked_takes_its_time_out_and_the_next_start_delivers_what_was_in_memory()
    {
        var port = ClosedPort.Next();
        string log;
        await using (var locked = await SampleProcess.StartQuickstartAsync(_folder, port, ("Intilery__Outbox__CommitTimeout", "00:00:00.100")))
        {
            using var browser = await locked.OpenBrowserAsync();
            await SubmitAsync(browser, "/Identity/Account/Register", ("Input.Email", "peter@example.com"), ("Input.Password", "Pa55word!"), ("Input.ConfirmPassword", "Pa55word!"));
            await using var intruder = new SqliteConnection($"Data Source={Assert.Single(Directory.GetFiles(_folder.Combine("outbox"), "outbox-*.db"))};Pooling=False");
            await intruder.OpenAsync(TestContext.Current.CancellationToken);
            await using (var transaction = intruder.BeginTransaction())
            {
                // Holds the lock of the one writer that SQLite allows.
                await ExecuteAsync(intruder, "CREATE TABLE Intruder (Id INTEGER)", transaction);
                await SubmitAsync(browser, "/Identity/Account/Logout");
                (var duration, log) = await locked.StopAsync();
                Assert.True(duration < _atMost, $"The stop took {duration}: {log}");
                await transaction.RollbackAsync(TestContext.Current.CancellationToken);
            }
        }

        Assert.Contains("The outbox could not be written before the process ended. 1 events were saved in", log, StringComparison.Ordinal);
        await using var api = await TrackingApi.StartAsync(port);
        await using var restarted = await SampleProcess.StartQuickstartAsync(_folder, port);

        Assert.Equal(["identify", "Signed Up", "Signed In", "Signed Out"], (await api.AcceptedAsync(4)).Select(call => call.Event));
        Assert.Empty(Directory.GetFiles(_folder.Combine("outbox"), "*.spill"));
    }

    [Fact]
    public async Task With_a_missing_migration_and_a_restart_no_sign_up_is_lost()
    {
        await using var api = await TrackingApi.StartAsync();
        var database = $"Data Source={_folder.Combine("app.db")};Pooling=False";
        var options = new DbContextOptionsBuilder<StringKeyNodeDb>().UseSqlite(database).Options;
        await using var db = new StringKeyNodeDb(options);
        await db.Database.EnsureCreatedAsync(TestContext.Current.CancellationToken);
        await using var connection = new SqliteConnection(database);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        var migration = await MigrationAsync(connection);

        List<string> signUps = [];
        using (var unmigrated = await NodeProcess.StartAsync(database, "string", api, load: 4, spillPath: _folder.Combine("spill")))
        {
            signUps.AddRange(await unmigrated.WorkAsync(40));
            await unmigrated.SignalAsync("TERM");
            await unmigrated.ExitAsync();
            signUps.AddRange(await unmigrated.RestAsync());
        }

        Assert.Empty(api.Accepted);
        await ExecuteAsync(connection, migration);
        using var migrated = await NodeProcess.StartAsync(database, "string", api, spillPath: _folder.Combine("spill"));

        // What was committed behind EF Core's back cannot be told from what was rolled back: that is counted as unconfirmed.
        var expected = signUps.Count(line => line is "saved" or "committed");
        Assert.NotEqual(0, expected);
        await api.SignedUpAsync(expected);
        await migrated.SignalAsync("TERM");
        await migrated.ExitAsync();
        Assert.Equal(expected, api.Accepted.Where(call => call.Event == "Signed Up").DistinctBy(call => call.UserId).Count());
        Assert.Empty(Directory.GetFiles(_folder.Combine("spill")));
    }

    public void Dispose() => _folder.Dispose();

    private static async Task SubmitAsync(TestBrowser browser, string path, params (string, string)[] fields)
    {
        using var response = await browser.SubmitAsync(path, fields);
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
    }

    // Takes the outbox's tables away, and returns what makes them.
    private static async Task<string> MigrationAsync(SqliteConnection connection)
    {
        var (make, drop) = (new List<string>(), new List<string>());
        await using (var command = connection.CreateCommand())
        {
            command.CommandText = "SELECT type, name, sql FROM sqlite_master WHERE tbl_name LIKE 'Intilery%' AND sql IS NOT NULL ORDER BY type DESC";
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                make.Add(reader.GetString(2));
                drop.Add(reader.GetString(0) == "table" ? $"DROP TABLE \"{reader.GetString(1)}\"" : "SELECT 1");
            }
        }

        Assert.NotEmpty(make);
        await ExecuteAsync(connection, string.Join(';', drop));
        return string.Join(';', make);
    }

    private static async Task ExecuteAsync(SqliteConnection connection, string sql, SqliteTransaction? transaction = null)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        await command.ExecuteNonQueryAsync();
    }
}
