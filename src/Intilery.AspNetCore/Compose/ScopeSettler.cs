
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>Settles scopes: happenings in, rows of the outbox out.</summary>
internal sealed class ScopeSettler(ScopeMessages messages, ObservedOutbox outbox, RowIdSequence ids, SettlementWriter writer, LifecycleDiagnostics diagnostics)
    : IScopeSettler
{
    public long? Announce(ScopeFacts scope, Happening happening)
    {
        try
        {
            diagnostics.Metrics.Captured(happening.Kind);
            if (!HappeningIds.CanBeNoted(happening))
            {
                return null;
            }

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
        if (Settlement(scope, happenings, await messages.OfAsync(scope, happenings, cancellationToken).ConfigureAwait(false)) is { } settlement)
        {
            await outbox.SettleAsync(settlement, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Settle(ScopeFacts scope, IReadOnlyList<NotedHappening> happenings)
    {
        var composed = messages.OfAsync(scope, happenings, CancellationToken.None);
        if (composed.IsCompletedSuccessfully)
        {
#pragma warning disable RS0030 // It is completed.
            HandOver(scope, happenings, composed.Result);
#pragma warning restore RS0030
        }
        else
        {
            _ = SettleLaterAsync(scope, happenings, composed);
        }
    }

    private async Task SettleLaterAsync(ScopeFacts scope, IReadOnlyList<NotedHappening> happenings, ValueTask<IReadOnlyList<ComposedMessage>> composed)
    {
        try
        {
            HandOver(scope, happenings, await composed.ConfigureAwait(false));
        }
        catch (Exception exception)
        {
            // Nobody awaits this; the request has gone on.
            diagnostics.Failed("settling a request", exception);
        }
    }

    private void HandOver(ScopeFacts scope, IReadOnlyList<NotedHappening> happenings, IReadOnlyList<ComposedMessage> composed)
    {
        if (Settlement(scope, happenings, composed) is { } settlement)
        {
            outbox.Settle(settlement);
        }
    }

    private Settlement? Settlement(ScopeFacts scope, IReadOnlyList<NotedHappening> happenings, IReadOnlyList<ComposedMessage> composed)
    {
        List<long>? intents = null;
        for (var i = 0; i < happenings.Count; i++)
        {
            if (happenings[i].IntentId is { } intent)
            {
                (intents ??= []).Add(intent);
            }
        }

        var settlement = writer.Write(scope.Destination, intents ?? (IReadOnlyList<long>)[], composed);
        return settlement is { Intents: [], Rows: [], DeadLetters: [], Trials: [] } ? null : settlement;
    }
}
