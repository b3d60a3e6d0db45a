using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Intilery.AspNetCore.Browser;

/// <summary>Serves the script at its address: cached for a year if the address has its version, else revalidated each time.</summary>
/// <param name="options">The options, whose cookie names the script contains.</param>
/// <param name="isOn">Whether tracking is armed.</param>
internal sealed class BrowserScript(IOptionsMonitor<IntileryOptions> options, Func<bool> isOn)
{
    /// <summary>The path of the file, below the application's base path.</summary>
    public const string Path = "/_intilery/browser.js";

    private volatile BrowserScriptFile? _file;

    /// <summary>Gets the file; <see langword="null"/> if browsers are not notified.</summary>
    public BrowserScriptFile? Current
    {
        get
        {
            if (!isOn() || options.CurrentValue.Browser is not { Enabled: true } settings)
            {
                return null;
            }

            var file = _file;
            return ReferenceEquals(file?.Options, settings) ? file : _file = new BrowserScriptFile(settings);
        }
    }

    /// <summary>
    /// Returns whether a request is for the file, before the application handles it. It runs first for every request, and
    /// nearly always returns after a comparison of the path's end. The base path is still part of the path: below
    /// another path, a request is ours only if its address has the version of the file's content; any other may be the application's own,
    /// or forwarded to another application.
    /// </summary>
    public bool IsFor(HttpRequest request) =>
        request.Path.Value?.EndsWith(Path, StringComparison.Ordinal) == true
        && IsRead(request)
        && Current is { } file
        && (request.Path.Value.Length == Path.Length || request.Query["v"] == file.Version);

    /// <summary>Returns whether a request that the application has not handled is for the file: the base path is removed by now.</summary>
    public bool IsLeftFor(HttpRequest request) => request.Path.Value == Path && IsRead(request) && Current is not null;

    public async Task WriteAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var (request, response) = (context.Request, context.Response);
        if (Current is not { } file)
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var tag = $"\"{file.Version}\"";
        response.Headers.ETag = tag;
        response.Headers.CacheControl = request.Query["v"] == file.Version ? "public, max-age=31536000, immutable" : "no-cache";
        response.Headers.XContentTypeOptions = "nosniff";
        if (IsKnown(request, new EntityTagHeaderValue(tag)))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = "text/javascript; charset=utf-8";
        response.ContentLength = file.Bytes.Length;
        if (!HttpMethods.IsHead(request.Method))
        {
            await response.Body.WriteAsync(file.Bytes, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool IsRead(HttpRequest request) => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);

    // RFC 9110, section 13.1.2: a list, compared weakly, because a compressing proxy weakens tags; or "*".
    private static bool IsKnown(HttpRequest request, EntityTagHeaderValue tag) =>
        EntityTagHeaderValue.TryParseList(request.Headers.IfNoneMatch, out var known)
        && known.Any(other => other.Equals(EntityTagHeaderValue.Any) || other.Compare(tag, useStrongComparison: false));
}

/// <summary>The script of one application: the source, called with the options.</summary>
internal sealed class BrowserScriptFile
{
    private static readonly string _source = ReadSource();

    public BrowserScriptFile(IntileryBrowserOptions options)
    {
        Options = options;

        string[] ids = [options.AnonymousIdName, options.UserIdName, options.GroupIdName];
        string[] traits = [options.CookiePrefix + "user_traits", options.CookiePrefix + "group_properties"];
        Text = $$"""
            {{_source}}({
              tag: {{Literal(options.TagVariable)}},
              reset: {{Literal(options.ResetCookie)}},
              identify: {{Literal(options.IdentifyCookie)}},
              ids: [{{string.Join(", ", ids.Select(Literal))}}],
              traits: [{{string.Join(", ", traits.Select(Literal))}}]
            });

            """;
        Bytes = Encoding.UTF8.GetBytes(Text);
        var hash = SHA256.HashData(Bytes);
        Integrity = "sha256-" + Convert.ToBase64String(hash);
        Version = Convert.ToHexStringLower(hash.AsSpan(0, 8));
    }

    /// <summary>Gets the options that it was created from.</summary>
    public IntileryBrowserOptions Options { get; }

    public string Text { get; }

    public byte[] Bytes { get; }

    /// <summary>Gets the hash for the <c>integrity</c> attribute (W3C Subresource Integrity).</summary>
    public string Integrity { get; }

    /// <summary>Gets the version in the file's address, so that browsers can cache it.</summary>
    public string Version { get; }

    // The encoder escapes all characters that could end the string or the script element.
    private static string Literal(string text) => $"\"{JavaScriptEncoder.Default.Encode(text)}\"";

    // Without its comments, which are a quarter of it.
    private static string ReadSource()
    {
        using var resource = typeof(BrowserScriptFile).Assembly.GetManifestResourceStream("Intilery.AspNetCore.Browser.browser.js")!;
        using var reader = new StreamReader(resource);
        return string.Join(
            '\n', reader.ReadToEnd().TrimEnd().Split('\n').Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal)));
    }
}

/// <summary>Renders the element that brings the script into a page.</summary>
/// <param name="script">The script.</param>
/// <param name="request">Returns the request that the page is for, if any.</param>
internal sealed class BrowserElement(BrowserScript script, Func<HttpContext?> request) : IIntileryBrowserScript
{
    public HtmlString Inline(string? nonce = null) => script.Current is { } current
        ? new HtmlString($"<script{Nonce(nonce)}>{current.Text}</script>")
        : HtmlString.Empty;

    public HtmlString File(string? nonce = null)
    {
        if (script.Current is not { } current)
        {
            return HtmlString.Empty;
        }

        var basePath = request()?.Request.PathBase.ToUriComponent();
        var address = HtmlEncoder.Default.Encode($"{basePath}{BrowserScript.Path}?v={current.Version}");
        return new HtmlString($"<script src=\"{address}\" integrity=\"{current.Integrity}\"{Nonce(nonce)}></script>");
    }

    private static string? Nonce(string? nonce) => string.IsNullOrEmpty(nonce) ? null : $" nonce=\"{HtmlEncoder.Default.Encode(nonce)}\"";
}
