using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Enrich.Trials;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Enrich;

/// <summary>Writes a scope's messages down as rows of the outbox; what the API cannot take is a dead letter from the beginning.</summary>
internal sealed class SettlementWriter(RowIdSequence ids, CapturedLog captured, TrialScheduling trials, LifecycleDiagnostics diagnostics)
{
    public Settlement Write(IReadOnlyList<long> intents, IReadOnlyList<ComposedMessage> messages)
    {
        var rows = new List<OutboxRow>(messages.Count);
        var deadLetters = new List<DeadLetter>();
        foreach (var (message, intentId) in messages)
        {
            try
            {
                var fits = FittingWriter.TryWrite(message, out var json, out var isWhole);
                var row = trials.Schedule(
                    new OutboxRow(ids.Next(), message.EventName, message.UserId, OutboxRow.AtOnce, json) { IntentId = intentId }, message);
                if (fits)
                {
                    rows.Add(row);
                    captured.Write(message);
                }
                else
                {
                    deadLetters.Add(new DeadLetter(row, MessageWriter.TooLarge(message, json.Length), RowIdSequence.TimeOf(row.Id)));
                    diagnostics.Dropped(1, Reasons.TooLarge);
                }

                if (!isWhole)
                {
                    diagnostics.Log.MessageTooLarge(message.EventName, fits);
                }
            }
            catch (ArgumentException exception)
            {
                diagnostics.Dropped(1, Reasons.Invalid);
                diagnostics.Failed("writing a message", exception);
            }
        }

        return new Settlement(intents, rows) { DeadLetters = deadLetters };
    }
}
