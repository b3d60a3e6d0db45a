using System.Text.Json.Serialization;

namespace Intilery.AspNetCore.Scopes;

/// <summary>Reads one JSON string without reflection.</summary>
[JsonSerializable(typeof(string))]
internal sealed partial class AnonymousIdJson : JsonSerializerContext;
