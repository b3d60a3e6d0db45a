using System.Security.Cryptography;

namespace Intilery.AspNetCore.BrowserTests.Site;

/// <summary>How a browser's pages are made: which tag, where the script is, how long the tag takes. A cookie of the test's says so.</summary>
public sealed record Variant(string Tag, string Placement, bool IsSlow)
{
    public const string Cookie = "variant";

    /// <summary>Gets the nonce of one response.</summary>
    public string Nonce { get; } = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));

    /// <summary>Gets the page's Content-Security-Policy: by nonce, by origin, or none.</summary>
    public string? Policy => Placement switch
    {
        "nonce" => $"default-src 'none'; script-src 'nonce-{Nonce}' 'strict-dynamic'; connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        "file" => "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        _ => null,
    };

    /// <summary>Gets what a website's maker pastes into the page: it queues calls until the tag is here.</summary>
    public static string Snippet => """
        (function () {
          var tag = window.analytics = window.analytics || [];
          if (tag.initialize || tag.invoked) { return; }
          tag.invoked = true;
          ['identify', 'group', 'track', 'page', 'reset', 'alias', 'ready', 'on', 'once', 'off', 'addSourceMiddleware', 'setAnonymousId'].forEach(function (method) {
            tag[method] = function () {
              tag.push([method].concat([].slice.call(arguments)));
              return tag;
            };
          });
          tag._writeKey = 'key';
          tag._cdn = location.origin + '/tag';
          var script = document.createElement('script');
          script.async = true;
          script.src = tag._cdn + '/analytics.js/v1/key/analytics.min.js';
          document.head.appendChild(script);
          tag.page();
        })();
        """;

    public static Variant Of(HttpContext context)
    {
        if (context.Items[Cookie] is Variant known)
        {
            return known;
        }

        var parts = (context.Request.Cookies[Cookie] ?? "next.inline.fast").Split('.');
        var variant = new Variant(parts[0], parts[1], parts[2] == "slow");
        context.Items[Cookie] = variant;
        return variant;
    }

    public override string ToString() => $"{Tag}.{Placement}.{(IsSlow ? "slow" : "fast")}";
}
