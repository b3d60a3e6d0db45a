namespace Intilery.AspNetCore;

/// <summary>Something that was seen and is no event.</summary>
/// <param name="Happening">
/// What was seen, as the log names it: <c>SignInSucceeded</c>, <c>SignOutSucceeded</c>, <c>UserCreated</c>, <c>identify</c> and others.
/// </param>
/// <param name="Reason">Why it is no event: one of the README's reasons, or the reason that an enricher gave.</param>
public sealed record SuppressedHappening(string Happening, string Reason);
