using System.Data.Common;
using System.Net.Sockets;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Intilery.AspNetCore.Tests.Outbox;

public sealed class StoreFaultsTests(PostgresCluster cluster)
{
    // As it is called by the class, whose members tests do not show.
    public static TheoryData<string, string> OfPostgres => new()
    {
        { "INSERT INTO t VALUES ('xx')", "Write" },
        { "INSERT INTO t VALUES (NULL)", "Write" },
        { "SELECT convert_from('\\x80', 'UTF8')", "Write" },
        { "INSERT INTO t VALUES ('x'), ('x')", "Write" },
        { "SELECT * FROM missing", "MissingTables" },
        { "SELECT missing FROM t", "MissingTables" },
        { "SET TRANSACTION READ ONLY; INSERT INTO t VALUES ('x')", "Denied" },
        { "SET LOCAL statement_timeout = 1; SELECT pg_sleep(1)", "Busy" },
        { "SELECT pg_terminate_backend(pg_backend_pid())", "Unreachable" },
        { "DO $$ BEGIN RAISE EXCEPTION 'no'; END $$", "Unknown" },
        { "DO $$ BEGIN RAISE EXCEPTION 'value too long (22001)'; END $$", "Write" },
        { "SELECT 1/0", "Write" },
    };

    public static TheoryData<string, int, string> OfNumbers => new()
    {
        { "Server Error Code", 1406, "Write" },
        { "Server Error Code", 1366, "Write" },
        { "Server Error Code", 1062, "Write" },
        { "Server Error Code", 1205, "Busy" },
        { "Server Error Code", 1213, "Busy" },
        { "Server Error Code", 1021, "Full" },
        { "Server Error Code", 1290, "Denied" },
        { "Server Error Code", 1146, "MissingTables" },
        { "Server Error Code", 1042, "Unreachable" },
        { "Server Error Code", 1105, "Unknown" },
        { "HelpLink.EvtID", 2628, "Write" },
        { "HelpLink.EvtID", 8152, "Write" },
        { "HelpLink.EvtID", 2627, "Write" },
        { "HelpLink.EvtID", 1205, "Busy" },
        { "HelpLink.EvtID", 1105, "Full" },
        { "HelpLink.EvtID", 3906, "Denied" },
        { "HelpLink.EvtID", 208, "MissingTables" },
        { "HelpLink.EvtID", -2, "Unreachable" },
        { "HelpLink.EvtID", 50000, "Unknown" },
    };

    [Theory]
    [MemberData(nameof(OfPostgres))]
    public async Task Errors_of_PostgreSQL_are_told_by_their_state(string sql, string expected)
    {
        await using var connection = new NpgsqlConnection(await cluster.NewSchemaAsync());
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await ExecuteAsync(connection, "CREATE TABLE t (x varchar(1) NOT NULL UNIQUE)", null);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);

        var exception = await Assert.ThrowsAnyAsync<NpgsqlException>(() => ExecuteAsync(connection, sql, transaction));

        Assert.Equal(expected, StoreFaults.Of(new IOException("It cannot be written.", exception)).ToString());
    }

    [Fact]
    public async Task A_database_that_takes_no_connections_is_not_reached()
    {
        await using var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={ClosedPort.Next()};Timeout=5;Pooling=false");

        var exception = await Assert.ThrowsAnyAsync<Exception>(() => connection.OpenAsync(TestContext.Current.CancellationToken));

        Assert.Equal(StoreFault.Unreachable, StoreFaults.Of(exception));
    }

    [Theory]
    [InlineData("INSERT INTO t VALUES (NULL)", "Write")]
    [InlineData("INSERT INTO t VALUES ('refused')", "Write")]
    [InlineData("INSERT INTO t VALUES ('raised')", "Unknown")]
    [InlineData("SELECT * FROM missing", "MissingTables")]
    [InlineData("PRAGMA query_only = 1; INSERT INTO t VALUES ('x')", "Denied")]
    [InlineData("PRAGMA max_page_count = 1; INSERT INTO t VALUES (zeroblob(100000))", "Full")]
    [InlineData("SELECT load_extension('missing')", "Unknown")]
    public void Errors_of_SQLite_are_told_by_their_code(string sql, string expected)
    {
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        Execute(
            connection,
            "CREATE TABLE t (x NOT NULL CHECK (x <> 'refused')); CREATE TRIGGER raises BEFORE INSERT ON t WHEN NEW.x = 'raised' BEGIN SELECT RAISE(ABORT, 'no'); END");

        var exception = Assert.Throws<SqliteException>(() => Array.ForEach(sql.Split("; "), statement => Execute(connection, statement)));

        Assert.Equal(expected, StoreFaults.Of(exception).ToString());
    }

    [Theory]
    [MemberData(nameof(OfNumbers))]
    public void Errors_of_other_databases_are_told_by_the_number_that_their_providers_give(string key, int number, string expected)
    {
        var exception = new ForeignException(null, false);
        exception.Data[key] = key.StartsWith("Help", StringComparison.Ordinal) ? $"{number}" : number;

        Assert.Equal(expected, StoreFaults.Of(exception).ToString());
    }

    [Theory]
    [InlineData("42S02", false, "MissingTables")]
    [InlineData("40001", false, "Busy")]
    [InlineData("HY000", true, "Unreachable")]
    [InlineData("HY000", false, "Unknown")]
    [InlineData(null, false, "Unknown")]
    public void Any_other_provider_s_are_told_by_the_standard_s_states(string? state, bool isTransient, string expected) =>
        Assert.Equal(expected, StoreFaults.Of(new ForeignException(state, isTransient)).ToString());

    [Fact]
    public void What_is_no_database_s_error_is_told_by_its_type()
    {
        Assert.Equal(StoreFault.Unreachable, StoreFaults.Of(new IOException("disk")));
        Assert.Equal(StoreFault.Unreachable, StoreFaults.Of(new InvalidOperationException("retries", new SocketException(1))));
        Assert.Equal(StoreFault.Unreachable, StoreFaults.Of(new TimeoutException()));
        Assert.Equal(StoreFault.Unreachable, StoreFaults.Of(new OperationCanceledException()));
        Assert.Equal(StoreFault.Denied, StoreFaults.Of(new UnauthorizedAccessException()));
        Assert.Equal(StoreFault.Full, StoreFaults.Of(new OutboxFullException("full", new IOException("disk"))));
        Assert.Equal(StoreFault.Unknown, StoreFaults.Of(new InvalidOperationException("what?")));
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, NpgsqlTransaction? transaction)
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // Literals of this test only.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Literals of this test only.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private sealed class ForeignException(string? state, bool isTransient) : DbException("no")
    {
        public override string? SqlState => state;

        public override bool IsTransient => isTransient;
    }
}
