using System.Data;
using System.Data.Common;
using System.Globalization;

namespace Intilery.AspNetCore.Outbox.Sql;

/// <summary>An open connection to the outbox, and the transaction on it.</summary>
/// <param name="connection">The connection, open.</param>
/// <param name="sql">The statements.</param>
/// <param name="commandTimeout">The time-out of a command, in seconds.</param>
/// <param name="protection">Protects what is stored.</param>
/// <param name="owner">What is disposed with the session; <see langword="null"/> for the connection alone.</param>
internal sealed class SqlSession(
    DbConnection connection, OutboxSql sql, int commandTimeout, PayloadProtection protection, IAsyncDisposable? owner = null)
    : IAsyncDisposable
{
    // Prepared once for as long as the connection is open: for a connection that is used by many operations.
    private readonly Dictionary<string, DbCommand>? _prepared = owner is null ? [] : null;
    private DbTransaction? _transaction;
    private bool _isUndone;

    public DbConnection Connection => connection;

    public OutboxSql Sql => sql;

    public PayloadProtection Protection => protection;

    /// <summary>Does it all or nothing.</summary>
    public async ValueTask<T> InTransactionAsync<T>(Func<ValueTask<T>> work, CancellationToken cancellationToken)
    {
        var transaction = _transaction = await connection.BeginTransactionAsync(
            IsolationLevel.ReadCommitted, cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        try
        {
            _isUndone = false;
            var result = await work().ConfigureAwait(false);
            if (!_isUndone)
            {
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            }

            return result;
        }
        finally
        {
            _transaction = null;
        }
    }

    /// <summary>Has the transaction rolled back when its work returns.</summary>
    public void Undo() => _isUndone = true;

    /// <summary>Executes a statement and returns the number of rows that it changed.</summary>
    public async ValueTask<int> ExecuteAsync(string text, CancellationToken cancellationToken, params IReadOnlyList<object?> values)
    {
        var command = Command(text, values);
        try
        {
            return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (!IsPrepared(values))
            {
                await command.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Reads what a query returns.</summary>
    public async ValueTask<List<T>> ReadAsync<T>(
        string text, Func<DbDataReader, T> read, CancellationToken cancellationToken, params IReadOnlyList<object?> values)
    {
        var command = Command(text, values);
        try
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using var _ = reader.ConfigureAwait(false);
            var results = new List<T>();
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                results.Add(read(reader));
            }

            return results;
        }
        finally
        {
            if (!IsPrepared(values))
            {
                await command.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    public async ValueTask<long> CountAsync(string text, CancellationToken cancellationToken) =>
        (await ReadAsync(text, reader => Convert.ToInt64(reader.GetValue(0), CultureInfo.InvariantCulture), cancellationToken).ConfigureAwait(false))[0];

    public async ValueTask DisposeAsync()
    {
        DisposeCommands();
        await (owner ?? connection).DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Frees what was prepared on the connection.</summary>
    public void DisposeCommands()
    {
        foreach (var command in _prepared?.Values ?? Enumerable.Empty<DbCommand>())
        {
            command.Dispose();
        }

        _prepared?.Clear();
    }

    /// <summary>Makes a command.</summary>
    public static DbCommand CommandOf(
        DbConnection connection, DbTransaction? transaction, string text, int timeout, IReadOnlyList<object?> values)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Texts of OutboxSql: names from the model, delimited; values are parameters.
        command.CommandText = text;
#pragma warning restore CA2100
        command.CommandTimeout = timeout;
        for (var i = 0; i < values.Count; i++)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = OutboxSql.P(i);
            command.Parameters.Add(parameter);
        }

        command.Transaction = transaction;
        Bind(command, values);
        return command;
    }

    /// <summary>Gives a command its values.</summary>
    public static void Bind(DbCommand command, IReadOnlyList<object?> values)
    {
        for (var i = 0; i < values.Count; i++)
        {
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }
    }

    private DbCommand Command(string text, IReadOnlyList<object?> values)
    {
        if (_prepared is not null && _prepared.TryGetValue(text, out var command))
        {
            command.Transaction = _transaction;
            Bind(command, values);
            return command;
        }

        command = CommandOf(connection, _transaction, text, commandTimeout, values);
        if (IsPrepared(values))
        {
            _prepared!.Add(text, command);
        }

        return command;
    }

    // A text without parameters has its values in it, and is hardly ever used again.
    private bool IsPrepared(IReadOnlyList<object?> values) => _prepared is not null && values.Count > 0;
}
