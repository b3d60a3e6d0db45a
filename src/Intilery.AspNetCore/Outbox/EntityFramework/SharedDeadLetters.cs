using System.Data.Common;
using Intilery.AspNetCore.Outbox.Sql;

namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>The operator's work on an outbox in the application's own database.</summary>
internal static class SharedDeadLetters
{
    public static async ValueTask<IReadOnlyList<DeadLetter>> ReadAsync(
        OutboxSession session, long afterId, int maxCount, CancellationToken cancellationToken)
    {
        return await session.ReadAsync(session.Sql.ReadDeadLetters, Letter, cancellationToken, afterId, maxCount).ConfigureAwait(false);

        static DeadLetter Letter(DbDataReader reader) => new(
            new OutboxRow(
                reader.GetInt64(0),
                reader.GetString(3),
                reader.IsDBNull(2) ? null : reader.GetString(2),
                DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(4)),
                reader.GetFieldValue<byte[]>(5))
            {
                Destination = reader.GetString(1),
            },
            reader.GetString(6),
            DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(7)));
    }

    /// <summary>Inserts what was rejected before it was a row.</summary>
    public static async ValueTask InsertAsync(OutboxSession session, DeadLetter letter, CancellationToken cancellationToken) =>
        await session.ExecuteAsync(
            session.Sql.AddDeadLetter,
            cancellationToken,
            letter.Row.Id,
            letter.Row.Destination,
            letter.Row.UserId,
            letter.Row.EventName,
            letter.Row.DueAt.ToUnixTimeMilliseconds(),
            letter.Row.Payload.ToArray(),
            letter.Message,
            letter.At.ToUnixTimeMilliseconds()).ConfigureAwait(false);

    public static async ValueTask<int> RestoreAsync(OutboxSession session, IReadOnlyList<long> ids, CancellationToken cancellationToken)
    {
        await session.BeginAsync(cancellationToken).ConfigureAwait(false);
        var restored = 0;
        foreach (var id in ids)
        {
            await session.ExecuteAsync(session.Sql.RestoreRow, cancellationToken, id).ConfigureAwait(false);
            restored += await session.ExecuteAsync(session.Sql.DeleteDeadLetters + OutboxSql.List([id]), cancellationToken).ConfigureAwait(false);
        }

        await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        return restored;
    }

    public static async ValueTask<int> PurgeUserAsync(OutboxSession session, string userId, CancellationToken cancellationToken)
    {
        await session.BeginAsync(cancellationToken).ConfigureAwait(false);
        var purged = 0;
        foreach (var statement in session.Sql.PurgeUser)
        {
            purged += await session.ExecuteAsync(statement, cancellationToken, userId).ConfigureAwait(false);
        }

        await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        return purged;
    }
}
