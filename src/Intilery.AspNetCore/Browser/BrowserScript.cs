using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Intilery.AspNetCore.Browser;

/// <summary>Serves the script at its address: for ever where the address names its version, else checked anew each time.</summary>
/// <param name="options">The options, whose names are in it.</param>
/// <param name="isOn">Whether tracking is armed.</param>
internal sealed class BrowserScript(IOptionsMonitor<IntileryOptions> options, Func<bool> isOn)
{
    /// <summary>Where the file is, under whatever base path the application runs.</summary>
    public const string Path = "/_intilery/browser.js";

    private volatile BrowserScriptFile? _file;

    /// <summary>Gets the file; <see langword="null"/> where browsers are told nothing.</summary>
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
    /// Whether a request is for the file, whatever the application has at its address. Every request of the application is asked, before
    /// anything else, and the end of its path answers nearly always. The application has not taken its base path off by then: below
    /// another path the file is ours where the address names its version, which is its content's; any other may be the application's own, or one
    /// that it forwards to another application.
    /// </summary>
    public bool IsFor(HttpRequest request) =>
        request.Path.Value?.EndsWith(Path, StringComparison.Ordinal) == true
        && IsRead(request)
        && Current is { } file
        && (request.Path.Value.Length == Path.Length || request.Query["v"] == file.Version);

    /// <summary>Whether a request that the application has not answered is for the file: its base path is off by now.</summary>
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

    // RFC 9110, section 13.1.2: a list, compared weakly, because a proxy that compresses makes tags weak; or any.
    private static bool IsKnown(HttpRequest request, EntityTagHeaderValue tag) =>
        EntityTagHeaderValue.TryParseList(request.Headers.IfNoneMatch, out var known)
        && known.Any(other => other.Equals(EntityTagHeaderValue.Any) || other.Compare(tag, useStrongComparison: false));
}

/// <summary>The script as one application's pages get it: the source as it stands, called with the options.</summary>
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

    /// <summary>Gets the options that it was made from.</summary>
    public IntileryBrowserOptions Options { get; }

    public string Text { get; }

    public byte[] Bytes { get; }

    /// <summary>Gets what a page names to be sure of the file (W3C Subresource Integrity).</summary>
    public string Integrity { get; }

    /// <summary>Gets what is in the file's address, so that it can be kept for ever.</summary>
    public string Version { get; }

    // The encoder escapes whatever could end the text, or the element that the script is in.
    private static string Literal(string text) => $"\"{JavaScriptEncoder.Default.Encode(text)}\"";

    private static string ReadSource()
    {
        using var resource = typeof(BrowserScriptFile).Assembly.GetManifestResourceStream("Intilery.AspNetCore.Browser.browser.js")!;
        using var reader = new StreamReader(resource);
        return reader.ReadToEnd().TrimEnd();
    }
}
