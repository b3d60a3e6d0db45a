namespace Intilery.AspNetCore;

/// <summary>A fact that was observed, and for which no event was sent.</summary>
/// <param name="Event">
/// What was seen, as the log names it: the event that it would have been (<c>Signed In</c>, <c>Report Exported</c>), <c>identify</c>, or the
/// endpoint and what it asks for; <c>groupId</c> for an account that is left out.
/// </param>
/// <param name="Reason">Why no event was sent: one of the documented reasons, or the reason that an enricher gave.</param>
public sealed record SuppressedEvent(string Event, string Reason);
