using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.BrowserTests.Site;

/// <summary>Serves the tags as their makers' servers do, and takes what they send.</summary>
public static class TagFiles
{
    private static readonly TimeSpan _slow = TimeSpan.FromSeconds(1);

    /// <summary>Gets the folder of the tags in the repository.</summary>
    public static string Folder { get; } = Path.Combine(Repository.Root, "tests", "Intilery.AspNetCore.BrowserTests", "tags");

    /// <summary>Gets a value indicating whether the tags were installed and built.</summary>
    public static bool AreBuilt => File.Exists(Path.Combine(Folder, "dist", "classic.js"));

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/favicon.ico", () => Results.NoContent());
        routes.MapPost("/collect/{kind}", CollectAsync);
        routes.MapGet("/tag/v1/projects/key/settings", (HttpContext context) =>
        {
            var destination = new { apiKey = "key", apiHost = context.Request.Host.Value + "/collect", protocol = context.Request.Scheme };
            return Results.Json(new
            {
                integrations = new Dictionary<string, object> { ["Segment.io"] = destination, ["Customer.io Data Pipelines"] = destination },
                plan = new { track = new Dictionary<string, object> { ["__default"] = new { enabled = true } } },
            });
        });
        routes.MapGet("/tag/analytics.js/v1/key/analytics.min.js", (Delegate)ScriptAsync);
        routes.MapGet("/tag/analytics-next/bundles/{file}", (string file) => Script("@segment/analytics-next", file));
        routes.MapGet("/tag/v1/analytics-js/{file}", (string file) => Script("@customerio/cdp-analytics-browser", file));
    }

    private static async Task CollectAsync(HttpContext context, Collector collector)
    {
        using var reader = new StreamReader(context.Request.Body);
        collector.Add(context.Request.Cookies[Collector.Cookie] ?? string.Empty, await reader.ReadToEndAsync(context.RequestAborted));
        await context.Response.WriteAsJsonAsync(new { success = true }, context.RequestAborted);
    }

    private static async Task<IResult> ScriptAsync(HttpContext context)
    {
        var variant = Variant.Of(context);
        if (variant.IsSlow)
        {
            // A tag that takes its time is what is tested: nothing waits for this to have passed.
            await Task.Delay(_slow, context.RequestAborted);
        }

        return variant.Tag switch
        {
            "classic" => Results.File(Path.Combine(Folder, "dist", "classic.js"), "text/javascript"),
            "customerio" => Script("@customerio/cdp-analytics-browser", "standalone.js"),
            _ => Script("@segment/analytics-next", "standalone.js"),
        };
    }

    private static IResult Script(string package, string file) =>
        Results.File(Path.Combine(Folder, "node_modules", package, "dist", "umd", Path.GetFileName(file)), "text/javascript");
}
