using System.Transactions;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>Finds the <see cref="TransactionScope"/> or enlisted transaction that a context saves in.</summary>
internal static class AmbientTransaction
{
    public static Transaction? Of(DbContext context) =>
        context.Database.IsRelational() ? context.Database.GetEnlistedTransaction() ?? Transaction.Current : null;
}
