
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>Settles scopes: facts in, rows of the outbox out.</summary>
internal sealed class ScopeSettler(ScopeMessages messages, ObservedOutbox outbox, RowIdSequence ids, SettlementWriter writer, LifecycleDiagnostics diagnostics)
    : IScopeSettler
{
    public long? Announce(ScopeContext scope, CapturedFact fact)
    {
        try
        {
            diagnostics.Metrics.Captured(fact.Kind);
            if (!FactIds.CanBeNoted(fact))
            {
                return null;
            }

            var intent = IntentPayload.Intent(ids.Next(), scope, fact);
            return outbox.Append(intent) ? intent.Id : null;
        }
        catch (Exception exception)
        {
            // Without its intent the fact is still in its scope: only a crash before the scope's end would lose it.
            diagnostics.Failed("announcing a change", exception);
            return null;
        }
    }

    public async ValueTask SettleAsync(ScopeContext scope, IReadOnlyList<NotedFact> facts, CancellationToken cancellationToken)
    {
        if (Commit(scope, facts, await messages.OfAsync(scope, facts, cancellationToken).ConfigureAwait(false)) is { } settlement)
        {
            await outbox.SettleAsync(settlement, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Settle(ScopeContext scope, IReadOnlyList<NotedFact> facts)
    {
        var composed = messages.OfAsync(scope, facts, CancellationToken.None);
        if (composed.IsCompletedSuccessfully)
        {
#pragma warning disable RS0030 // It is completed.
            HandOver(scope, facts, composed.Result);
#pragma warning restore RS0030
        }
        else
        {
            _ = SettleLaterAsync(scope, facts, composed);
        }
    }

    private async Task SettleLaterAsync(ScopeContext scope, IReadOnlyList<NotedFact> facts, ValueTask<IReadOnlyList<ComposedMessage>> composed)
    {
        try
        {
            HandOver(scope, facts, await composed.ConfigureAwait(false));
        }
        catch (Exception exception)
        {
            // Nobody awaits this; the request has gone on.
            diagnostics.Failed("settling a request", exception);
        }
    }

    private void HandOver(ScopeContext scope, IReadOnlyList<NotedFact> facts, IReadOnlyList<ComposedMessage> composed)
    {
        if (Commit(scope, facts, composed) is { } settlement)
        {
            outbox.Settle(settlement);
        }
    }

    private OutboxCommit? Commit(ScopeContext scope, IReadOnlyList<NotedFact> facts, IReadOnlyList<ComposedMessage> composed)
    {
        List<long>? intents = null;
        for (var i = 0; i < facts.Count; i++)
        {
            if (facts[i].IntentId is { } intent)
            {
                (intents ??= []).Add(intent);
            }
        }

        var settlement = writer.Write(scope.Destination, intents ?? (IReadOnlyList<long>)[], composed);
        return settlement is { Intents: [], Rows: [], DeadLetters: [], Trials: [] } ? null : settlement;
    }
}
