using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using MySql.Data.MySqlClient;
using Npgsql;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A database of one test: a SQLite file, a schema of the run's PostgreSQL, or a database of its MariaDB.</summary>
public sealed class TestDatabase : IDisposable
{
    private readonly ScratchFolder? _folder;

    private TestDatabase(string connectionString, ScratchFolder? folder)
    {
        ConnectionString = connectionString;
        _folder = folder;
    }

    public string ConnectionString { get; }

    public bool IsPostgres => ConnectionString.StartsWith("Host=", StringComparison.Ordinal);

    public bool IsMariaDb => ConnectionString.StartsWith("server=", StringComparison.OrdinalIgnoreCase);

    public static TestDatabase Sqlite()
    {
        var folder = new ScratchFolder();
        return new TestDatabase($"Data Source={folder.Combine("app.db")};Default Timeout=10", folder);
    }

    /// <summary>A SQLite file, by a path of the test's own.</summary>
    public static TestDatabase Sqlite(string path) => new($"Data Source={path};Default Timeout=10", new ScratchFolder());

    /// <summary>A schema of PostgreSQL that is reached through a proxy.</summary>
    public static async Task<TestDatabase> PostgresAsync(PostgresCluster cluster, TcpProxy proxy)
    {
        var schema = new NpgsqlConnectionStringBuilder(await cluster.NewSchemaAsync());
        var port = proxy.Start(schema.Host!, schema.Port);
        return new TestDatabase(new NpgsqlConnectionStringBuilder(schema.ConnectionString) { Host = "127.0.0.1", Port = port, Timeout = 5 }.ConnectionString, null);
    }

    public static async Task<TestDatabase> PostgresAsync(PostgresCluster cluster) => new(await cluster.NewSchemaAsync(), null);

    public static async Task<TestDatabase> MariaDbAsync(MariaDbServer server) => new(await server.NewDatabaseAsync(), null);

    public void Configure(DbContextOptionsBuilder options)
    {
        if (IsPostgres)
        {
            options.UseNpgsql(ConnectionString);
        }
        else if (IsMariaDb)
        {
            options.UseMySQL(ConnectionString);
        }
        else
        {
            options.UseSqlite(ConnectionString);
        }
    }

    /// <summary>Lets the context try again what fails.</summary>
    public void RetryWith(DbContextOptionsBuilder options, Func<ExecutionStrategyDependencies, IExecutionStrategy> strategy)
    {
        if (IsPostgres)
        {
            options.UseNpgsql(ConnectionString, npgsql => npgsql.ExecutionStrategy(strategy));
        }
        else if (IsMariaDb)
        {
            options.UseMySQL(ConnectionString, mySql => mySql.ExecutionStrategy(strategy));
        }
        else
        {
            options.UseSqlite(ConnectionString, sqlite => sqlite.ExecutionStrategy(strategy));
        }
    }

    /// <summary>Executes a statement on a connection of its own.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using DbConnection connection = IsPostgres ? new NpgsqlConnection(ConnectionString)
            : IsMariaDb ? new MySqlConnection(ConnectionString)
            : new SqliteConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Literals of tests only.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Makes the context's tables.</summary>
    public async Task CreateTablesAsync(DbContext context)
    {
        var creator = context.GetService<IRelationalDatabaseCreator>();
        if (_folder is not null && !await creator.ExistsAsync())
        {
            await creator.CreateAsync();
        }

        await creator.CreateTablesAsync();
    }

    public void Dispose()
    {
        if (_folder is not null)
        {
            using var connection = new SqliteConnection(ConnectionString);
            SqliteConnection.ClearPool(connection);
            _folder.Dispose();
        }
        else if (IsMariaDb)
        {
            using var connection = new MySqlConnection(ConnectionString);
            MySqlConnection.ClearPool(connection);
        }
        else
        {
            using var connection = new NpgsqlConnection(ConnectionString);
            NpgsqlConnection.ClearPool(connection);
        }
    }
}
