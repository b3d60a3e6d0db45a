namespace Intilery.AspNetCore.BrowserTests.Site;

/// <summary>How a browser's pages are made: which tag, where the script is, how long the tag takes. A cookie of the test's says so.</summary>
public sealed record Variant(string Tag, string Placement, bool IsSlow)
{
    public const string Cookie = "variant";

    /// <summary>The placement of a script that is in no page.</summary>
    public const string Nowhere = "nowhere";

    /// <summary>Gets a value indicating whether the page has its Content-Security-Policy: scripts without a nonce run where there is none.</summary>
    public bool HasPolicy => Placement is "nonce" or "file";

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
