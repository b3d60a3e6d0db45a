using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>Tells the database itself, on every connection that is opened, to take nothing, or to take everything again.</summary>
internal sealed class DatabaseFault(string begin, string end) : DbConnectionInterceptor
{
    public bool IsOn { get; set; }

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = Command(connection);
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var command = Command(connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private DbCommand Command(DbConnection connection)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Literals of tests only.
        command.CommandText = IsOn ? begin : end;
#pragma warning restore CA2100
        return command;
    }
}
