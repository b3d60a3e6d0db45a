namespace Intilery.AspNetCore.BrowserTests.Site;

/// <summary>Answers for the tag's maker, before the application sees the request.</summary>
public sealed class TagsOnTheSameOrigin : IStartupFilter
{
    private static readonly string[] _paths = ["/tag", "/collect", "/favicon.ico"];

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.MapWhen(
            context => Array.Exists(_paths, path => context.Request.Path.StartsWithSegments(path, StringComparison.Ordinal)),
            branch => branch.UseRouting().UseEndpoints(TagFiles.Map));
        next(app);
    };
}
