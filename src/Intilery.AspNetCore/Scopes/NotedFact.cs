namespace Intilery.AspNetCore.Scopes;

/// <summary>A fact and the intent that was written down for it, if any.</summary>
internal readonly record struct NotedFact(CapturedFact Fact, long? IntentId);
