using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;

namespace Intilery.AspNetCore.Browser;

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
