using System.Data;
using System.Data.Common;
using Intilery.AspNetCore.Outbox.Sql;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>A context of the application's, made for one operation of ours, with its connection open.</summary>
internal sealed class OutboxSession : IAsyncDisposable
{
    // Of our own statements, which touch a few rows by their keys: what takes longer waits for somebody else's lock.
    private const int CommandTimeoutSeconds = 10;

    private readonly AsyncServiceScope _scope;
    private readonly DbContext _context;
    private readonly bool _ownsContext;
    private DbTransaction? _transaction;

    private OutboxSession(AsyncServiceScope scope, DbContext context, bool ownsContext)
    {
        _scope = scope;
        _context = context;
        _ownsContext = ownsContext;
    }

    public OutboxSql Sql => OutboxSql.Of(_context);

    public DbConnection Connection => _context.Database.GetDbConnection();

    public static async ValueTask<OutboxSession> OpenAsync<TContext>(IServiceScopeFactory scopes, CancellationToken cancellationToken)
        where TContext : DbContext
    {
        var session = Create<TContext>(scopes);
        try
        {
            if (session.Connection.State != ConnectionState.Closed)
            {
                throw new InvalidOperationException(
                    $"All instances of {typeof(TContext).Name} share one open connection, which cannot be used by requests and by the outbox "
                    + "at once. Give the provider a connection string instead of a connection.");
            }

            await session._context.Database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Returns the context, unopened.</summary>
    public static OutboxSession Create<TContext>(IServiceScopeFactory scopes)
        where TContext : DbContext
    {
        var scope = scopes.CreateAsyncScope();
        return scope.ServiceProvider.GetService<TContext>() is { } scoped
            ? new OutboxSession(scope, scoped, ownsContext: false)
            : new OutboxSession(scope, scope.ServiceProvider.GetRequiredService<IDbContextFactory<TContext>>().CreateDbContext(), ownsContext: true);
    }

    /// <summary>Begins a transaction of ours; disposed without a commit, it is undone.</summary>
    public async ValueTask BeginAsync(CancellationToken cancellationToken) =>
        _transaction = await Connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken).ConfigureAwait(false);

    public Task CommitAsync(CancellationToken cancellationToken) => _transaction!.CommitAsync(cancellationToken);

    /// <summary>Executes a statement and returns the number of rows that it touched.</summary>
    public async ValueTask<int> ExecuteAsync(string sql, CancellationToken cancellationToken, params object?[] values)
    {
        var command = Command(sql, values);
        await using var _ = command.ConfigureAwait(false);
        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads what a query returns.</summary>
    public async ValueTask<List<T>> ReadAsync<T>(string sql, Func<DbDataReader, T> read, CancellationToken cancellationToken, params object?[] values)
    {
        var command = Command(sql, values);
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var results = new List<T>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            results.Add(read(reader));
        }

        return results;
    }

    public async ValueTask<IReadOnlyList<NodeState>> ReadNodesAsync(CancellationToken cancellationToken) => await ReadAsync(
        Sql.Nodes.Read,
        reader => new NodeState(reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3)),
        cancellationToken).ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        if (_transaction is not null)
        {
            await _transaction.DisposeAsync().ConfigureAwait(false);
        }

        if (_ownsContext)
        {
            await _context.DisposeAsync().ConfigureAwait(false);
        }

        await _scope.DisposeAsync().ConfigureAwait(false);
    }

    private DbCommand Command(string sql, object?[] values) =>
        OutboxCommand.Create(Connection, _transaction, sql, CommandTimeoutSeconds, values);
}
