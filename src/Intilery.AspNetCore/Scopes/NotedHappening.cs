namespace Intilery.AspNetCore.Scopes;

/// <summary>A happening and the intent that was written down for it, if any.</summary>
internal readonly record struct NotedHappening(Happening Happening, long? IntentId);
