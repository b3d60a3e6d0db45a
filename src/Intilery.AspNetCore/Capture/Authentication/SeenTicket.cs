using Microsoft.AspNetCore.Authentication;

namespace Intilery.AspNetCore.Capture.Authentication;

/// <summary>What the last authentication of a request found; no ticket means that the scheme was tried and nobody is signed in.</summary>
internal readonly record struct SeenTicket(string? Scheme, AuthenticationTicket? Ticket);
