using System.Text.Json;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>Settles what a process that ended had committed and not settled, with the same meaning that it would have given.</summary>
internal sealed class IntentRecovery(IScopeCommitter committer, LifecycleDiagnostics diagnostics)
{
    // Looked at again and again, they are said once.
    private readonly HashSet<long> _unreadable = [];

    public async Task RecoverAsync(IReadOnlyList<Intent> intents, CancellationToken cancellationToken)
    {
        var readable = intents
            .Where(intent => !_unreadable.Contains(intent.Id))
            .OrderBy(intent => intent.Id)
            .Select(intent => (intent.Id, intent.TraceParent, Payload: Read(intent)!))
            .Where(noted => noted.Payload is not null)
            .ToList();
        foreach (var scope in readable.GroupBy(noted => noted.Payload.Scope.Id, StringComparer.Ordinal))
        {
            // The last word on the scope: what the application says of it, it may have said after the first change.
            await committer.CommitAsync(
                scope.Last().Payload.Scope with { TraceParent = scope.Last().TraceParent },
                [.. scope.Select(noted => new ScopeFact(noted.Payload.Fact, noted.Id))],
                cancellationToken).ConfigureAwait(false);
        }

        if (readable.Count > 0)
        {
            diagnostics.Log.IntentsRecovered(readable.Count);
        }
    }

    private IntentPayload? Read(Intent intent)
    {
        try
        {
            return JsonSerializer.Deserialize(intent.Payload.Span, FactJson.Default.IntentPayload);
        }
        catch (JsonException exception)
        {
            // It stays where it is, for a version that can read it; the others go on.
            _unreadable.Add(intent.Id);
            diagnostics.Failed("reading an intent", exception);
            return null;
        }
    }
}
