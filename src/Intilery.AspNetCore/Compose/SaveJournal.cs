using System.Data.Common;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Scopes;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Compose;

/// <summary>Turns changes into intents within their own transaction, where there is an outbox that can take them.</summary>
internal sealed class SaveJournal(RowIdSequence ids, LifecycleDiagnostics diagnostics, ITransactionalOutbox? outbox = null) : ISaveJournal
{
    public bool Covers(DbContext context) => outbox?.Covers(context) == true;

    public long? Write(ScopeContext scope, CapturedFact fact, DbContext context, DbTransaction? transaction)
    {
        if (!FactIds.CanBeNoted(fact))
        {
            return null;
        }

        var intent = IntentPayload.Intent(ids.Next(), scope, fact);
        return outbox!.Append(intent, scope, context, transaction) ? Captured(intent, fact) : null;
    }

    public async ValueTask<long?> WriteAsync(ScopeContext scope, CapturedFact fact, DbContext context, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        if (!FactIds.CanBeNoted(fact))
        {
            return null;
        }

        var intent = IntentPayload.Intent(ids.Next(), scope, fact);
        return await outbox!.AppendAsync(intent, scope, context, transaction, cancellationToken).ConfigureAwait(false) ? Captured(intent, fact) : null;
    }

    private long Captured(Intent intent, CapturedFact fact)
    {
        diagnostics.Metrics.Captured(fact.Kind);
        return intent.Id;
    }
}
