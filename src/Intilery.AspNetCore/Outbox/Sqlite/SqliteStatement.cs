using Microsoft.Data.Sqlite;

namespace Intilery.AspNetCore.Outbox.Sqlite;

/// <summary>One statement, prepared once and used often.</summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly SqliteCommand _command;

    public SqliteStatement(SqliteConnection connection, string sql, params ReadOnlySpan<string> parameters)
    {
        _command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this assembly only.
        _command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var parameter in parameters)
        {
            _command.Parameters.Add(new SqliteParameter { ParameterName = parameter });
        }
    }

    /// <summary>Finds out whether the file has what the statement names.</summary>
    public void Prepare()
    {
        foreach (SqliteParameter parameter in _command.Parameters)
        {
            parameter.Value = DBNull.Value;
        }

        _command.Prepare();
    }

    /// <summary>Returns the number of rows that it changed.</summary>
    public int Execute(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteNonQuery();
    }

    public List<T> Read<T>(Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        Bind(values);
        using var reader = _command.ExecuteReader();
        var all = new List<T>();
        while (reader.Read())
        {
            all.Add(read(reader));
        }

        return all;
    }

    public void Dispose() => _command.Dispose();

    private void Bind(ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            _command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }
    }
}
