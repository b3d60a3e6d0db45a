using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Enrich.Happenings;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Enrich;

/// <summary>Settles scopes: happenings in, rows of the outbox out.</summary>
internal sealed class ScopeSettler(ScopeComposer composer, ObservedOutbox outbox, RowIdSequence ids, SettlementWriter writer, LifecycleDiagnostics diagnostics)
    : IScopeSettler
{
    public long? Announce(ScopeFacts scope, Happening happening)
    {
        try
        {
            diagnostics.Metrics.Captured(happening.GetType().Name);
            var intent = IntentPayload.Intent(ids.Next(), scope, happening);
            return outbox.Append(intent) ? intent.Id : null;
        }
        catch (Exception exception)
        {
            // Without its intent the happening is still in its scope: only a crash before the scope's end would lose it.
            diagnostics.Failed("announcing a change", exception);
            return null;
        }
    }

    public async ValueTask SettleAsync(ScopeFacts scope, IReadOnlyList<NotedHappening> happenings, CancellationToken cancellationToken)
    {
        if (Settlement(scope, happenings) is { } settlement)
        {
            await outbox.SettleAsync(settlement, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Settle(ScopeFacts scope, IReadOnlyList<NotedHappening> happenings)
    {
        if (Settlement(scope, happenings) is { } settlement)
        {
            outbox.Settle(settlement);
        }
    }

    private Settlement? Settlement(ScopeFacts scope, IReadOnlyList<NotedHappening> happenings)
    {
        List<long>? intents = null;
        for (var i = 0; i < happenings.Count; i++)
        {
            if (happenings[i].IntentId is { } intent)
            {
                (intents ??= []).Add(intent);
            }
        }

        var settlement = writer.Write(scope.Destination, intents ?? (IReadOnlyList<long>)[], ComposeOrFallBack(scope, happenings));
        return settlement is { Intents: [], Rows: [], DeadLetters: [] } ? null : settlement;
    }

    private IReadOnlyList<ComposedMessage> ComposeOrFallBack(ScopeFacts scope, IReadOnlyList<NotedHappening> happenings)
    {
        try
        {
            return composer.Compose(scope, happenings);
        }
        catch (Exception exception)
        {
            // A user that exists has its Signed Up: rather the bare event than none.
            diagnostics.Failed("enriching events", exception);
            return BareMessages.Of(happenings);
        }
    }
}
