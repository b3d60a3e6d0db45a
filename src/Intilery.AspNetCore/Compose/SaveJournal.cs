using System.Data.Common;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Scopes;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Compose;

/// <summary>Turns changes into intents within their own transaction, where there is an outbox that can take them.</summary>
internal sealed class SaveJournal(RowIdSequence ids, TrackingScopes scopes, LifecycleDiagnostics diagnostics, ITransactionalOutbox? outbox = null) : ISaveJournal
{
    public bool Covers(DbContext context) => outbox?.Covers(context) == true;

    public void Write(IReadOnlyList<ScopeFact> facts, DbContext context, DbTransaction? transaction)
    {
        foreach (var fact in facts)
        {
            if (IntentOf(fact) is { } intent && outbox!.Append(intent, context, transaction))
            {
                Written(fact, intent);
            }
        }
    }

    public async ValueTask WriteAsync(IReadOnlyList<ScopeFact> facts, DbContext context, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        foreach (var fact in facts)
        {
            if (IntentOf(fact) is { } intent && await outbox!.AppendAsync(intent, context, transaction, cancellationToken).ConfigureAwait(false))
            {
                Written(fact, intent);
            }
        }
    }

    private Intent? IntentOf(ScopeFact fact) => TrackingScopes.IsEvent(fact.Scope!, fact.Fact) && FactIds.CanBeNoted(fact.Fact)
        ? IntentPayload.Intent(ids.Next(), fact.Scope!.Context, fact.Fact)
        : null;

    private void Written(ScopeFact fact, Intent intent)
    {
        diagnostics.Metrics.Captured(fact.Fact.Kind);
        ActivityReport.Captured(diagnostics.Activity, fact.Scope!.Context, fact.Fact);
        fact.IntentId = intent.Id;
        scopes.Announced(fact.Scope!, fact);
    }
}

/// <summary>Answers the outbox, which asks whose intents it may take for abandoned.</summary>
internal sealed class OpenScopes(TrackingScopes scopes) : IOpenScopes
{
    public bool IsOpen(string scope) => scopes.IsOpen(scope);
}
