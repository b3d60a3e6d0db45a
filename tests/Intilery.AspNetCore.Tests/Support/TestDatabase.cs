using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A database of one test: a SQLite file, or a schema of the run's PostgreSQL.</summary>
public sealed class TestDatabase : IDisposable
{
    private readonly ScratchFolder? _folder;

    private TestDatabase(string connectionString, ScratchFolder? folder)
    {
        ConnectionString = connectionString;
        _folder = folder;
    }

    public string ConnectionString { get; }

    public bool IsPostgres => _folder is null;

    public static TestDatabase Sqlite()
    {
        var folder = new ScratchFolder();
        return new TestDatabase($"Data Source={folder.Combine("app.db")};Default Timeout=10", folder);
    }

    public static async Task<TestDatabase> PostgresAsync(PostgresCluster cluster) => new(await cluster.NewSchemaAsync(), null);

    public void Configure(DbContextOptionsBuilder options)
    {
        if (IsPostgres)
        {
            options.UseNpgsql(ConnectionString);
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
        else
        {
            options.UseSqlite(ConnectionString, sqlite => sqlite.ExecutionStrategy(strategy));
        }
    }

    /// <summary>Makes the context's tables.</summary>
    public async Task CreateTablesAsync(DbContext context)
    {
        var creator = context.GetService<IRelationalDatabaseCreator>();
        if (!IsPostgres && !await creator.ExistsAsync())
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
        else
        {
            using var connection = new NpgsqlConnection(ConnectionString);
            NpgsqlConnection.ClearPool(connection);
        }
    }
}
