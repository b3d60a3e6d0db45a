using System.Text.Json;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>What an intent remembers: everything that another process needs to give the happening the same meaning.</summary>
internal sealed record IntentPayload(ScopeFacts Scope, Happening Happening)
{
    /// <summary>Writes a happening down.</summary>
    public static Intent Intent(long id, ScopeFacts scope, Happening happening) => new(
        id,
        scope.Id,
        happening.UserId,
        JsonSerializer.SerializeToUtf8Bytes(new IntentPayload(scope, happening), HappeningJson.Default.IntentPayload));
}
