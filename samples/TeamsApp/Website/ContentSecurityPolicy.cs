using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace TeamsApp.Website;

/// <summary>
/// Lets a page run the scripts that carry its nonce, and what those load themselves, and nothing else. Every response has a nonce of
/// its own; the views write it into each script element, and pass it to <c>&lt;intilery-browser /&gt;</c>.
/// </summary>
public static class ContentSecurityPolicy
{
    private static readonly object _key = new();

    public static IApplicationBuilder UseContentSecurityPolicy(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        context.Items[_key] = nonce;
        context.Response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; connect-src 'self'{TagOrigin(context)}; style-src 'self'; "
            + "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        return next(context);
    });

    /// <summary>Returns the nonce of this response's scripts.</summary>
    public static string ScriptNonce(this HttpContext context) => (string)context.Items[_key]!;

    // The tag reads its settings from where its files are, and sends there.
    private static string? TagOrigin(HttpContext context)
    {
        var options = context.RequestServices.GetRequiredService<IOptionsSnapshot<WebsiteOptions>>().Value;
        return Uri.TryCreate(options.TagAddress, UriKind.Absolute, out var address) && !address.IsFile ? " " + address.GetLeftPart(UriPartial.Authority) : null;
    }
}
