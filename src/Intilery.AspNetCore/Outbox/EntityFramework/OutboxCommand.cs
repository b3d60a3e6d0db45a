using System.Data.Common;
using Intilery.AspNetCore.Outbox.Sql;

namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>Makes commands of plain ADO.</summary>
internal static class OutboxCommand
{
    public static DbCommand Create(DbConnection connection, DbTransaction? transaction, string sql, int timeoutSeconds, params ReadOnlySpan<object?> values)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Texts of OutboxSql: names from the model, delimited; values are parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.CommandTimeout = timeoutSeconds;
        command.Transaction = transaction;
        for (var i = 0; i < values.Length; i++)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = OutboxSql.Parameter(i);
            parameter.Value = values[i] ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
