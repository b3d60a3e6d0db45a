namespace Intilery.AspNetCore;

/// <summary>A fact that was captured, but not tracked.</summary>
/// <param name="Event">
/// The fact, as in the log: the event that it would have become (<c>Signed In</c>, <c>Report Exported</c>), <c>identify</c>, or the
/// endpoint and its attribute; <c>groupId</c> for an account that is omitted.
/// </param>
/// <param name="Reason">Why no event was sent: one of the documented reasons, or the reason that an enricher gave.</param>
public sealed record SuppressedEvent(string Event, string Reason);
