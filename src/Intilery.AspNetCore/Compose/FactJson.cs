using System.Text.Json;
using System.Text.Json.Serialization;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Compose;

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
