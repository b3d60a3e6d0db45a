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

    public long? Write(ScopeFacts scope, Happening happening, DbContext context, DbTransaction? transaction)
    {
        if (!HappeningIds.CanBeNoted(happening))
        {
            return null;
        }

        var intent = IntentPayload.Intent(ids.Next(), scope, happening);
        return outbox!.Append(intent, scope, context, transaction) ? Captured(intent, happening) : null;
    }

    public async ValueTask<long?> WriteAsync(ScopeFacts scope, Happening happening, DbContext context, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        if (!HappeningIds.CanBeNoted(happening))
        {
            return null;
        }

        var intent = IntentPayload.Intent(ids.Next(), scope, happening);
        return await outbox!.AppendAsync(intent, scope, context, transaction, cancellationToken).ConfigureAwait(false) ? Captured(intent, happening) : null;
    }

    private long Captured(Intent intent, Happening happening)
    {
        diagnostics.Metrics.Captured(happening.Kind);
        return intent.Id;
    }
}
