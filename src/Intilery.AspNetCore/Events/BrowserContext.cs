namespace Intilery.AspNetCore.Events;

/// <summary>
/// What a request says of its browser. All of it is untrusted: bounded and cleaned where it is read. No query string is in it
/// but <c>utm_*</c>: Identity's own URLs carry confirmation codes and reset tokens.
/// </summary>
internal sealed record BrowserContext
{
    public string? AnonymousId { get; init; }

    public string? UserAgent { get; init; }

    public string? Locale { get; init; }

    public string? Ip { get; init; }

    /// <summary>Gets the path, with the names of route parameters in place of their values.</summary>
    public string? PagePath { get; init; }

    /// <summary>Gets the origin of the referring page, without path and query.</summary>
    public string? Referrer { get; init; }

    public Campaign? Campaign { get; init; }
}
