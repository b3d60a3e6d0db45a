using System.Data.Common;

namespace Intilery.AspNetCore.Scopes;

/// <summary>Knows whether a transaction is over, committed or not.</summary>
internal static class TransactionEnd
{
    public static bool IsOver(DbTransaction transaction)
    {
        try
        {
            return transaction.Connection is null;
        }
        catch (ObjectDisposedException)
        {
            // Some providers answer so.
            return true;
        }
    }
}
