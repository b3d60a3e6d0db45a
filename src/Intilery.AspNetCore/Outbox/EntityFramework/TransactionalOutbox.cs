using System.Buffers;
using System.Data.Common;
using System.Text.Json;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox.Sql;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>
/// Inserts intents by plain commands in the application's transactions. Each command is fenced by a savepoint: what fails here, as when a
/// table was dropped meanwhile, must not take the application's own work with it.
/// </summary>
internal sealed class TransactionalOutbox(
    IOutboxSessions sessions,
    NodeRegistry nodes,
    OutboxAvailability availability,
    PayloadProtection protection,
    LifecycleDiagnostics diagnostics) : ITransactionalOutbox
{
    // A plain insert by a new key waits for nothing but a migration of the table.
    private const int CommandTimeoutSeconds = 2;

    private const int MaxIntents = 500;

    // The parameters of a statement are found by their names, in a time that grows faster than they do.
    private const int MaxIntentsPerStatement = 32;

    private volatile bool _mayMissEnds;

    public bool MayMissEnds => _mayMissEnds;

    public bool Covers(DbContext context) =>
        OutboxSql.IsIn(context.Model) && availability.IsUsableIn(context);

    public IReadOnlySet<long> Append(IReadOnlyList<Intent> intents, DbContext context, DbTransaction? transaction)
    {
        var (parts, taken) = (new Queue<Intent[]>(intents.Chunk(MaxIntents)), new HashSet<long>(intents.Count));
        while (parts.TryDequeue(out var some) && GoesOn(some, TryInsert(some, context, transaction), parts, taken))
        {
        }

        return taken;
    }

    public async ValueTask<IReadOnlySet<long>> AppendAsync(
        IReadOnlyList<Intent> intents, DbContext context, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        var (parts, taken) = (new Queue<Intent[]>(intents.Chunk(MaxIntents)), new HashSet<long>(intents.Count));
        while (parts.TryDequeue(out var some)
            && GoesOn(some, await TryInsertAsync(some, context, transaction, cancellationToken).ConfigureAwait(false), parts, taken))
        {
        }

        return taken;
    }

    public async ValueTask<IReadOnlySet<long>> FindAsync(IReadOnlyList<long> intents, CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = session.ConfigureAwait(false);
        return await session.Outbox.FindIntentsAsync(intents, cancellationToken).ConfigureAwait(false);
    }

    private Exception? TryInsert(Intent[] some, DbContext context, DbTransaction? transaction)
    {
        try
        {
            var values = ValuesOf(some, context);
            context.Database.OpenConnection();
            try
            {
                foreach (var command in Insert(values, context, transaction))
                {
                    command.ExecuteNonQuery();
                }

                return null;
            }
            catch
            {
                using var undo = Undo(context, transaction);
                undo.ExecuteNonQuery();
                throw;
            }
            finally
            {
                context.Database.CloseConnection();
            }
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    private async ValueTask<Exception?> TryInsertAsync(
        Intent[] some, DbContext context, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        try
        {
            var values = ValuesOf(some, context);
            await context.Database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                foreach (var command in Insert(values, context, transaction))
                {
                    await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
                }

                return null;
            }
            catch
            {
                var undo = Undo(context, transaction);
                await using var _ = undo.ConfigureAwait(false);
                await undo.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
                throw;
            }
            finally
            {
                await context.Database.CloseConnectionAsync().ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    // Notes what became of some intents. Returns whether to insert the rest: not where the store itself fails, as each would wait for it
    // anew.
    private bool GoesOn(Intent[] some, Exception? fault, Queue<Intent[]> parts, HashSet<long> taken)
    {
        if (fault is null)
        {
            taken.UnionWith(some.Select(intent => intent.Id));
        }
        else if (StoreFaults.Of(fault) != StoreFault.Write)
        {
            availability.Fails(fault);
            return false;
        }
        else if (some.Length > 1)
        {
            // The tables do not take one of them; the others may be inserted.
            Array.ForEach(some, intent => parts.Enqueue([intent]));
        }
        else
        {
            diagnostics.Failed("noting a change in its own transaction", fault);
        }

        return true;
    }

    // Returns the commands that insert the intents, each to be executed before the next one is asked for.
    private IEnumerable<DbCommand> Insert(object?[][] values, DbContext context, DbTransaction? transaction)
    {
        var sql = OutboxSql.Of(context);
        _mayMissEnds = sql.Dialect.MayMissEnds;
        if (values is [var only])
        {
            using var command = Command(only.Length > 1 ? sql.AppendIntent : sql.AppendIntents!, only);
            yield return command;
            yield break;
        }

        using var fence = Command(sql.Dialect.Fence, []);
        yield return fence;

        foreach (var alike in values.Chunk(MaxIntentsPerStatement).GroupBy(some => some.Length))
        {
            // Prepared once.
            using var insert = Command(sql.InsertIntents.Text(alike.Key), [.. alike.First().SelectMany(intent => intent)]);
            foreach (var some in alike)
            {
                SqlSession.Bind(insert, [.. some.SelectMany(intent => intent)]);
                yield return insert;
            }
        }

        if (sql.Dialect.Release is { } end)
        {
            using var release = Command(end, []);
            yield return release;
        }

        DbCommand Command(string text, object?[] parameters) =>
            SqlSession.CommandOf(context.Database.GetDbConnection(), transaction, text, CommandTimeoutSeconds, parameters);
    }

    // The columns of each intent; of several, one JSON array where the dialect takes that. Payloads are protected here: before the
    // savepoint, to which a failure rolls back.
    private object?[][] ValuesOf(Intent[] some, DbContext context) => some.Length > 1 && OutboxSql.Of(context).AppendIntents is not null
        ? [[Json(some)]]
        : Array.ConvertAll(
            some,
            intent =>
                new object?[] { intent.Id, nodes.Id, intent.Scope, intent.UserId, intent.TraceParent, protection.Protect(intent.Payload) });

    private byte[] Json(Intent[] some)
    {
        var text = new ArrayBufferWriter<byte>(some.Sum(intent => 2 * (intent.Payload.Length + intent.UserId.Length) + 256));
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartArray();
            foreach (var intent in some)
            {
                json.WriteStartObject();
                json.WriteNumber("id", intent.Id);
                json.WriteString("owner", nodes.Id);
                json.WriteString("scope", intent.Scope);
                json.WriteString("user", intent.UserId);
                json.WriteString("trace", intent.TraceParent);
                json.WriteBase64String("payload", protection.Protect(intent.Payload));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return text.WrittenSpan.ToArray();
    }

    private static DbCommand Undo(DbContext context, DbTransaction? transaction) => SqlSession.CommandOf(
        context.Database.GetDbConnection(), transaction, OutboxSql.Of(context).Dialect.Undo, CommandTimeoutSeconds, []);
}
