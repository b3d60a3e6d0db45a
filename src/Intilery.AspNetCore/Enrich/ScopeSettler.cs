using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Enrich.Happenings;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Enrich;

/// <summary>Settles scopes: happenings in, rows of the outbox out.</summary>
internal sealed class ScopeSettler(ScopeComposer composer, IOutboxAppender outbox, RowIdSequence ids, CapturedLog captured, LifecycleDiagnostics diagnostics)
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
        var rows = new List<OutboxRow>(happenings.Count * 2);
        foreach (var (message, intentId) in ComposeOrFallBack(scope, happenings))
        {
            try
            {
                rows.Add(new OutboxRow(ids.Next(), message.EventName, message.UserId, OutboxRow.AtOnce, MessageWriter.Write(message)) { IntentId = intentId });
                captured.Write(message);
            }
            catch (ArgumentException exception)
            {
                diagnostics.Dropped(1, Reasons.Invalid);
                diagnostics.Failed("writing a message", exception);
            }
        }

        var intents = happenings.Select(noted => noted.IntentId).OfType<long>().ToList();
        return rows.Count > 0 || intents.Count > 0 ? new Settlement(intents, rows) : null;
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
