using System.Text.Json;
using System.Text.Json.Serialization;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Compose;

/// <summary>What an intent remembers: everything that another process needs to give the fact the same meaning.</summary>
internal sealed record IntentPayload(ScopeContext Scope, CapturedFact Fact)
{
    /// <summary>Writes a fact down.</summary>
    public static Intent Intent(long id, ScopeContext scope, CapturedFact fact)
    {
        // An import saves thousands of these, and waits for none to be written: they never change.
        fact = fact.WithoutQuestion();
        return fact is UserCreated or MemberAdded
            ? new Intent(id, scope.Id, fact.UserId, Write) { TraceParent = scope.TraceParent }
            : new Intent(id, scope.Id, fact.UserId, (ReadOnlyMemory<byte>)Write()) { TraceParent = scope.TraceParent };

        byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(new IntentPayload(scope, fact), FactJson.Default.IntentPayload);
    }
}

/// <summary>How an intent is written down; generated, no reflection.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IntentPayload))]
[JsonSerializable(typeof(AccountAddedUser))]
[JsonSerializable(typeof(AccountCreated))]
[JsonSerializable(typeof(AccountDeleted))]
[JsonSerializable(typeof(AccountRemovedUser))]
[JsonSerializable(typeof(CustomEvent))]
[JsonSerializable(typeof(InviteSent))]
[JsonSerializable(typeof(SignedIn))]
[JsonSerializable(typeof(SignedOut))]
[JsonSerializable(typeof(SignedUp))]
[JsonSerializable(typeof(TrialEnded))]
[JsonSerializable(typeof(TrialStarted))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class FactJson : JsonSerializerContext;
