using System.Data.Common;
using System.Globalization;
using Microsoft.AspNetCore.Identity;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

/// <summary>What both matrices of saves and transactions say of users, intents and faults.</summary>
internal static class Saves
{
    public static string Key(IdentityUser<int> user) => user.Id.ToString(CultureInfo.InvariantCulture);

    public static IdentityUser NewUser(string name) => new(name) { NormalizedUserName = name.ToUpperInvariant() };

    public static long CountIntents(DbConnection connection, DbTransaction? transaction)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "SELECT COUNT(*) FROM \"IntileryOutboxIntents\"";
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }
}
