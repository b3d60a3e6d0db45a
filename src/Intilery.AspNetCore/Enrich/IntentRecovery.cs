using System.Text.Json;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Enrich.Happenings;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Enrich;

/// <summary>Settles what a process that ended had committed and not settled, with the same meaning that it would have given.</summary>
internal sealed class IntentRecovery(IScopeSettler settler, LifecycleDiagnostics diagnostics)
{
    public async Task RecoverAsync(IReadOnlyList<Intent> intents, CancellationToken cancellationToken)
    {
        foreach (var intentsOfScope in intents.OrderBy(intent => intent.Id).GroupBy(intent => intent.Scope, StringComparer.Ordinal))
        {
            var payloads = intentsOfScope.Select(intent => (intent.Id, Payload: Read(intent))).ToList();
            var readable = payloads.Where(noted => noted.Payload is not null).ToList();
            await settler.SettleAsync(
                readable.Count > 0 ? readable[0].Payload!.Scope : new ScopeFacts { Id = intentsOfScope.Key },
                [.. readable.Select(noted => new NotedHappening(noted.Payload!.Happening, noted.Id))],
                cancellationToken).ConfigureAwait(false);
        }

        if (intents.Count > 0)
        {
            diagnostics.Log.IntentsRecovered(intents.Count);
        }
    }

    private IntentPayload? Read(Intent intent)
    {
        try
        {
            return JsonSerializer.Deserialize(intent.Payload.Span, HappeningJson.Default.IntentPayload);
        }
        catch (JsonException exception)
        {
            // It stays where it is, for a version that can read it; the others go on.
            diagnostics.Failed("reading an intent", exception);
            return null;
        }
    }
}
