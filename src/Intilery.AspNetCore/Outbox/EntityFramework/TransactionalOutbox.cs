using System.Data.Common;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox.Sql;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>
/// Inserts intents by plain commands in the application's transactions. Each is fenced by a savepoint: what fails here, as when a
/// table was dropped meanwhile, must not take the application's own work with it.
/// </summary>
internal sealed class TransactionalOutbox(
    IOutboxSessions sessions, NodeRegistry nodes, OutboxAvailability availability, PayloadProtection protection, LifecycleDiagnostics diagnostics) : ITransactionalOutbox
{
    // A plain insert by a new key waits for nobody but a migration of the table.
    private const int CommandTimeoutSeconds = 2;

    private volatile bool _mayMissEnds;

    public bool MayMissEnds => _mayMissEnds;

    public bool Covers(DbContext context) =>
        OutboxSql.IsIn(context.Model) && availability.IsUsableIn(context);

    public bool Append(Intent intent, DbContext context, DbTransaction? transaction)
    {
        try
        {
            var payload = protection.Protect(intent.Payload);
            context.Database.OpenConnection();
            try
            {
                using var command = Insert(intent, payload, context, transaction);
                command.ExecuteNonQuery();
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
            Fail(exception);
            return false;
        }

        return true;
    }

    public async ValueTask<bool> AppendAsync(Intent intent, DbContext context, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        try
        {
            var payload = protection.Protect(intent.Payload);
            await context.Database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                var command = Insert(intent, payload, context, transaction);
                await using var _ = command.ConfigureAwait(false);
                await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
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
            Fail(exception);
            return false;
        }

        return true;
    }

    public async ValueTask<IReadOnlySet<long>> FindAsync(IReadOnlyList<long> intents, CancellationToken cancellationToken)
    {
        var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = session.ConfigureAwait(false);
        return await session.Outbox.FindIntentsAsync(intents, cancellationToken).ConfigureAwait(false);
    }

    // A write that the tables never take says nothing of the others.
    private void Fail(Exception exception)
    {
        if (StoreFaults.Of(exception) == StoreFault.Write)
        {
            diagnostics.Failed("noting a change in its own transaction", exception);
        }
        else
        {
            availability.Fails(exception);
        }
    }

    private DbCommand Insert(Intent intent, byte[] payload, DbContext context, DbTransaction? transaction)
    {
        var sql = OutboxSql.Of(context);
        _mayMissEnds = sql.Dialect.MayMissEnds;
        return SqlSession.CommandOf(
            context.Database.GetDbConnection(),
            transaction,
            sql.AppendIntent,
            CommandTimeoutSeconds,
            [intent.Id, nodes.Id, intent.Scope, intent.UserId, intent.TraceParent, payload]);
    }

    private static DbCommand Undo(DbContext context, DbTransaction? transaction) => SqlSession.CommandOf(
        context.Database.GetDbConnection(), transaction, OutboxSql.Of(context).Dialect.Undo, CommandTimeoutSeconds, []);
}
