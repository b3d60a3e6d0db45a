using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;

namespace Intilery.AspNetCore.Dashboard;

/// <summary>Answers the page's requests: its files, what they read, and the few things that they may change.</summary>
internal sealed class DashboardPage(DashboardFiles files, LiveStream live, DashboardViews views, DashboardActions actions)
{
    /// <summary>How the page's JSON is written. The browser puts all of it into the page as text.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    // Nothing is loaded from elsewhere, nothing runs that is not the page's file, and text cannot become markup, whatever a script does.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; "
        + "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    /// <param name="context">The request.</param>
    /// <param name="root">The page's address, without a slash at its end.</param>
    /// <param name="view">The rest of the request's path.</param>
    /// <param name="access">What the viewer may see and do.</param>
    /// <param name="cancellationToken">The end of the request.</param>
    public async Task ServeAsync(HttpContext context, string root, string view, DashboardAccess access, CancellationToken cancellationToken)
    {
        var response = context.Response;
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers[HeaderNames.XFrameOptions] = "DENY";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        response.Headers["Cross-Origin-Opener-Policy"] = "same-origin";
        if (DashboardActions.Names.Contains(view))
        {
            await ActAsync(context, view, access, cancellationToken).ConfigureAwait(false);
        }
        else if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            response.Headers.Allow = "GET, HEAD";
        }
        else if (view == "live")
        {
            await live.WriteAsync(context, access, cancellationToken).ConfigureAwait(false);
        }
        else if (view.Length == 0)
        {
            await WriteAsync(context, "text/html; charset=utf-8", Document(context, root, access), cancellationToken).ConfigureAwait(false);
        }
        else if (files.Find(view) is var (contentType, bytes))
        {
            await WriteAsync(context, contentType, bytes, cancellationToken).ConfigureAwait(false);
        }
        else if (await views.ReadAsync(view, context.Request.Query, access, cancellationToken).ConfigureAwait(false) is { } data)
        {
            await WriteAsync(
                context,
                "application/json; charset=utf-8",
                JsonSerializer.SerializeToUtf8Bytes(data, Json),
                cancellationToken).ConfigureAwait(false);
        }
        else
        {
            response.StatusCode = StatusCodes.Status404NotFound;
        }
    }

    private async Task ActAsync(HttpContext context, string name, DashboardAccess access, CancellationToken cancellationToken)
    {
        var response = context.Response;
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            response.Headers.Allow = "POST";
            return;
        }

        if (!DashboardActions.IsAllowed(name, access))
        {
            response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        if (context.RequestServices.GetService<IAntiforgery>() is not { } antiforgery
            || !context.Request.HasFormContentType
            || !await antiforgery.IsRequestValidAsync(context).ConfigureAwait(false))
        {
            response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        var form = await context.Request.ReadFormAsync(cancellationToken).ConfigureAwait(false);
        var done = await actions.RunAsync(name, form, cancellationToken).ConfigureAwait(false);
        await WriteAsync(
            context,
            "application/json; charset=utf-8",
            JsonSerializer.SerializeToUtf8Bytes(done, Json),
            cancellationToken).ConfigureAwait(false);
    }

    private byte[] Document(HttpContext context, string root, DashboardAccess access)
    {
        // Without the framework's antiforgery there are no actions: the page shows the line that registers it.
        var tokens = access == DashboardAccess.Anonymous
            ? null
            : context.RequestServices.GetService<IAntiforgery>()?.GetAndStoreTokens(context);
        return Encoding.UTF8.GetBytes(files.Document
            .Replace("{root}", Attribute(root), StringComparison.Ordinal)
            .Replace("{version}", files.Version, StringComparison.Ordinal)
            .Replace("{access}", Attribute(access.ToString()), StringComparison.Ordinal)
            .Replace("{field}", Attribute(tokens?.FormFieldName), StringComparison.Ordinal)
            .Replace("{token}", Attribute(tokens?.RequestToken), StringComparison.Ordinal));
    }

    private static string Attribute(string? text) => HtmlEncoder.Default.Encode(text ?? string.Empty);

    private static async Task WriteAsync(HttpContext context, string contentType, byte[] bytes, CancellationToken cancellationToken)
    {
        // After the antiforgery tokens, which set it too, and complain about another value.
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentType = contentType;
        context.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        }
    }
}

/// <summary>The page's files, which are part of the assembly.</summary>
internal sealed partial class DashboardFiles
{
    private readonly Dictionary<string, (string ContentType, byte[] Bytes)> _files = new(StringComparer.Ordinal)
    {
        ["page.css"] = ("text/css; charset=utf-8", Read("page.css")),
        ["page.js"] = ("text/javascript; charset=utf-8", Read("page.js")),
        ["icon.svg"] = ("image/svg+xml", Read("icon.svg")),
    };

    /// <summary>Gets the page, with places for what differs from request to request.</summary>
    public string Document { get; } = Encoding.UTF8.GetString(Read("page.html"));

    /// <summary>Gets what each reason means, from the page of the documentation.</summary>
    public static IReadOnlyDictionary<string, string> Reasons { get; } = ReadReasons(Encoding.UTF8.GetString(Read("reasons.md")));

    /// <summary>Gets the package's version.</summary>
    public string Version { get; } = typeof(DashboardFiles).Assembly.GetName().Version?.ToString(3) ?? string.Empty;

    public (string ContentType, byte[] Bytes)? Find(string name) => _files.TryGetValue(name, out var file) ? file : null;

    // The rows of its tables: | `reason` | meaning |. A reason of two tables has both meanings.
    private static Dictionary<string, string> ReadReasons(string markdown)
    {
        var meanings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in markdown.Split('\n'))
        {
            if (line.StartsWith("| `", StringComparison.Ordinal) && line.Split('|') is [_, var reason, var meaning, ..])
            {
                var (name, text) =
                    (reason.Trim(' ', '`'), Link().Replace(meaning, "$1").Replace("`", string.Empty, StringComparison.Ordinal).Trim());
                meanings[name] = meanings.TryGetValue(name, out var other) ? $"{other}; or {text}" : text;
            }
        }

        return meanings;
    }

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex Link();

    private static byte[] Read(string name)
    {
        using var resource = typeof(DashboardFiles).Assembly.GetManifestResourceStream($"Intilery.AspNetCore.Dashboard.{name}")!;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return bytes;
    }
}
