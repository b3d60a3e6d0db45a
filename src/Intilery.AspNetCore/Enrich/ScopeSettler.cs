using System.Text.Json;
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
            var payload = JsonSerializer.SerializeToUtf8Bytes(new IntentPayload(scope, happening), HappeningJson.Default.IntentPayload);
            var intent = new Intent(ids.Next(), scope.Id, happening.UserId, payload);
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
        if (rows.Count > 0 || intents.Count > 0)
        {
            await outbox.SettleAsync(new Settlement(intents, rows), cancellationToken).ConfigureAwait(false);
        }
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
