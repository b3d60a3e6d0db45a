using System.Text.Json.Serialization;

namespace Intilery.AspNetCore.Enrich;

/// <summary>How an intent is written down; generated, no reflection.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IntentPayload))]
internal sealed partial class HappeningJson : JsonSerializerContext;
