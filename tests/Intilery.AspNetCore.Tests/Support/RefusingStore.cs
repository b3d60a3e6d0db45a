using System.Text;
using Intilery.AspNetCore.Outbox;
using Microsoft.Data.Sqlite;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A store in memory that refuses ends of trials with a text in them, as a database does by a constraint.</summary>
internal sealed class RefusingStore(string refused) : WrappedStore(10_000)
{
    // SQLITE_CONSTRAINT_CHECK
    private const int Constraint = 19;
    private const int ConstraintCheck = 275;

    public override string Description => "refusing";

    public override ValueTask WriteAsync(IReadOnlyList<OutboxWrite> writes, CancellationToken cancellationToken) =>
        writes.SelectMany(write => write.Commit?.Rows ?? []).Any(row => row.EventName == "Trial Ended" && Encoding.UTF8.GetString(row.Payload.Span).Contains(refused, StringComparison.Ordinal))
            ? throw new SqliteException("CHECK constraint failed", Constraint, ConstraintCheck)
            : base.WriteAsync(writes, cancellationToken);
}
