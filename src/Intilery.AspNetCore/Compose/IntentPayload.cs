using System.Text.Json;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>What an intent remembers: everything that another process needs to give the fact the same meaning.</summary>
internal sealed record IntentPayload(ScopeContext Scope, CapturedFact Fact)
{
    /// <summary>Writes a fact down.</summary>
    public static Intent Intent(long id, ScopeContext scope, CapturedFact fact) => new(
        id,
        scope.Id,
        fact.UserId,
        JsonSerializer.SerializeToUtf8Bytes(new IntentPayload(scope, fact), FactJson.Default.IntentPayload))
    {
        TraceParent = scope.TraceParent,
    };
}
