using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Website;

/// <summary>Serves the script at its address: for ever where the address names its version, else checked anew each time.</summary>
/// <param name="options">The options, whose names are in it.</param>
/// <param name="isOn">Whether tracking is armed.</param>
internal sealed class BrowserScript(LiveOptions options, Func<bool> isOn)
{
    /// <summary>Where the file is, under whatever base path the application runs.</summary>
    public const string Path = "/_intilery/browser.js";

    private volatile BrowserScriptFile? _file;

    /// <summary>Gets the file; <see langword="null"/> where browsers are told nothing.</summary>
    public BrowserScriptFile? Current
    {
        get
        {
            if (!isOn() || options.Current.Browser is not { Enabled: true } settings)
            {
                return null;
            }

            var file = _file;
            return ReferenceEquals(file?.Options, settings) ? file : _file = new BrowserScriptFile(settings);
        }
    }

    /// <summary>
    /// Whether a request is for the file. Every request of the application is asked, before anything else: the end of its path
    /// answers nearly always, and is right before the application has taken its base path off.
    /// </summary>
    public bool IsFor(HttpRequest request) =>
        request.Path.Value?.EndsWith(Path, StringComparison.Ordinal) == true
        && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        && Current is not null;

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
        if (request.Headers.IfNoneMatch == tag)
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
}
