using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>Lets a SQLite database be full from the moment when a row of the named table has been inserted.</summary>
internal sealed class FullAfterInsert(string table) : DbCommandInterceptor
{
    public bool IsOn { get; set; }

    public override async ValueTask<DbDataReader> ReaderExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken = default)
    {
        if (IsOn && command.CommandText.Contains($"INSERT INTO \"{table}\"", StringComparison.Ordinal))
        {
            await using var limit = command.Connection!.CreateCommand();
            limit.Transaction = command.Transaction;

            // No less than it has: SQLite makes that the limit.
            limit.CommandText = "PRAGMA max_page_count = 1";
            await limit.ExecuteScalarAsync(cancellationToken);
        }

        return result;
    }
}
