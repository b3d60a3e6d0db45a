using Intilery.AspNetCore.Enrich.Happenings;

namespace Intilery.AspNetCore.Enrich;

/// <summary>What an intent remembers: everything that another process needs to give the happening the same meaning.</summary>
internal sealed record IntentPayload(ScopeFacts Scope, Happening Happening);
