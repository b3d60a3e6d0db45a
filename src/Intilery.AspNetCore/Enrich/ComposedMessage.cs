using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Enrich;

/// <summary>A message ready to be written, and the intent that it settles, if any.</summary>
internal readonly record struct ComposedMessage(Message Message, long? IntentId);
