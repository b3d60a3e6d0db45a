using System.Buffers;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Trials;

namespace Intilery.AspNetCore.Compose;

/// <summary>Writes a scope's messages down as rows of the outbox; what the API cannot take is a dead letter from the beginning.</summary>
internal sealed class CommitWriter(RowIdSequence ids, TimeProvider time, TrialScheduling trials, LifecycleDiagnostics diagnostics)
{
    /// <param name="destination">Where the messages go.</param>
    /// <param name="intents">The intents that the commit deletes.</param>
    /// <param name="messages">The messages, in order.</param>
    /// <param name="traceParent">The trace context that the rows are kept with.</param>
    public OutboxCommit Write(
        string destination, IReadOnlyList<long> intents, IReadOnlyList<ComposedMessage> messages, string? traceParent = null)
    {
        var rows = new OutboxRow[messages.Count];
        var count = 0;
        List<DeadLetter>? deadLetters = null;
        List<TrialChange>? moves = null;
        for (var i = 0; i < messages.Count; i++)
        {
            var (message, intentId) = messages[i];
            try
            {
                if (messages[i].IsTrialMove)
                {
                    if (trials.Move(destination, ids.Next(), intentId, message) is { } move)
                    {
                        (moves ??= []).Add(move);
                    }

                    continue;
                }

                if (message is { UserId: null, AnonymousId: null, Event: TrialEnded })
                {
                    if (trials.Unnamed(
                        new OutboxRow(
                            ids.Next(),
                            message.EventName,
                            null,
                            OutboxRow.AtOnce,
                            default) { Destination = destination, IntentId = intentId, TraceParent = traceParent },
                        message) is { } unnamed)
                    {
                        rows[count++] = unnamed;
                    }

                    continue;
                }

                var fits = FittingWriter.TryWrite(message, out var json, out var isWhole);
                var row = new OutboxRow(ids.Next(), message.EventName, message.UserId, OutboxRow.AtOnce, fits ? Rent(json) : json.ToArray())
                {
                    Destination = destination,
                    IntentId = intentId,
                    IsBackfill = message.IsBackfill,
                    TraceParent = traceParent,
                };
                if (fits)
                {
                    rows[count++] = trials.Schedule(row, message);
                }
                else
                {
                    (deadLetters ??= []).Add(
                        new DeadLetter(trials.Schedule(row, message), MessageWriter.TooLarge(message, json.Length), time.GetUtcNow()));
                    diagnostics.Dropped(1, Reasons.TooLarge);
                }

                if (!isWhole)
                {
                    diagnostics.Log.MessageTooLarge(
                        message.EventName, fits ? "its optional context was left out" : "it became a dead letter");
                }
            }
            catch (ArgumentException exception)
            {
                diagnostics.Dropped(1, Reasons.Invalid);
                diagnostics.Failed("writing a message", exception);
            }
        }

        return new OutboxCommit(intents, count == rows.Length ? rows : rows[..count])
        {
            DeadLetters = deadLetters ?? (IReadOnlyList<DeadLetter>)[],
            Trials = moves ?? (IReadOnlyList<TrialChange>)[],
            RentsPayloads = true,
        };
    }

    // As long as it takes to store it, which is no longer than a request.
    private static ReadOnlyMemory<byte> Rent(ReadOnlySpan<byte> json)
    {
        var payload = ArrayPool<byte>.Shared.Rent(json.Length);
        json.CopyTo(payload);
        return payload.AsMemory(0, json.Length);
    }
}
