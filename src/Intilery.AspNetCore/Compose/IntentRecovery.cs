using System.Collections.Concurrent;
using System.Text.Json;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Scopes;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Compose;

/// <summary>Commits what a process that ended had saved and not committed, with the same meaning that it would have given.</summary>
internal sealed class IntentRecovery(
    IScopeCommitter committer,
    IOutboxAppender outbox,
    IOptionsMonitor<IntileryOptions> options,
    TimeProvider time,
    LifecycleDiagnostics diagnostics)
{
    // Found again until the outbox has taken them as dead letters.
    private readonly ConcurrentDictionary<long, bool> _unreadable = [];

    public async Task RecoverAsync(IReadOnlyList<Intent> intents, CancellationToken cancellationToken)
    {
        var readable = new List<(Intent Intent, IntentPayload Payload)>();
        foreach (var intent in intents.Where(intent => !_unreadable.ContainsKey(intent.Id)).OrderBy(intent => intent.Id))
        {
            if (Read(intent) is { } payload)
            {
                readable.Add((intent, payload));
            }
            else
            {
                await SetAsideAsync([intent], cancellationToken).ConfigureAwait(false);
            }
        }

        var recovered = 0;
        foreach (var scope in readable.GroupBy(noted => noted.Payload.Scope.Id, StringComparer.Ordinal))
        {
            try
            {
                // The last description of the scope: the application may have set its account or person after the first change.
                await committer.CommitAsync(
                    scope.Last().Payload.Scope with { TraceParent = scope.Last().Intent.TraceParent },
                    [.. scope.Select(noted => new ScopeFact(noted.Payload.Fact, noted.Intent.Id))],
                    cancellationToken).ConfigureAwait(false);
                recovered += scope.Count();
            }
            catch (Exception exception)
                when (exception is not OperationCanceledException && !StoreFaults.IsOfStore(StoreFaults.Of(exception)))
            {
                // It has no meaning, and will have none the next time: the others go on.
                diagnostics.Failed("composing a recovered change", exception);
                await SetAsideAsync([.. scope.Select(noted => noted.Intent)], cancellationToken).ConfigureAwait(false);
            }
        }

        if (recovered > 0)
        {
            diagnostics.Log.IntentsRecovered(recovered);
        }
    }

    // Of a format that this version reads, so that no other version could do better.
    private static IntentPayload? Read(Intent intent)
    {
        try
        {
            return JsonSerializer.Deserialize(
                intent.Payload.Span, FactJson.Default.IntentPayload) is { Scope.Id: not null, Fact.UserId: not null } payload
                ? payload
                : null;
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            return null;
        }
    }

    // While it is there, it holds back everything of its user.
    private async Task SetAsideAsync(IReadOnlyList<Intent> intents, CancellationToken cancellationToken)
    {
        var (now, destination) = (time.GetUtcNow(), options.CurrentValue.Destination);
        foreach (var intent in intents.Where(intent => _unreadable.TryAdd(intent.Id, true)))
        {
            diagnostics.Unreadable(Intent.UnreadableName, intent.Id, PayloadProtection.IsProtected(intent.Payload.Span));
        }

        await outbox.CommitAsync(
            new OutboxCommit([.. intents.Select(intent => intent.Id)], [])
            {
                DeadLetters = [.. intents.Select(intent => new DeadLetter(
                    new OutboxRow(
                        intent.Id,
                        Intent.UnreadableName,
                        intent.UserId,
                        OutboxRow.AtOnce,
                        intent.Payload) { Destination = destination, IntentId = intent.Id },
                    PayloadProtection.IsProtected(intent.Payload.Span)
                        ? PayloadProtection.Refusal
                        : "What was saved of a change of this user cannot be read.",
                    now))],
            },
            cancellationToken).ConfigureAwait(false);
    }
}
