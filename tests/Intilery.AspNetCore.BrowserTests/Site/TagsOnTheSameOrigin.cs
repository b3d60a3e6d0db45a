namespace Intilery.AspNetCore.BrowserTests.Site;

/// <summary>Answers for the tag's maker, before the application sees the request; and takes the policy off the pages of variants that have none.</summary>
public sealed class TagsOnTheSameOrigin : IStartupFilter
{
    /// <summary>The cookie of a browser for which the home page takes longer than an open page waits with the user.</summary>
    public const string SlowHome = "slow-home";

    private static readonly TimeSpan _slow = TimeSpan.FromSeconds(4);
    private static readonly string[] _paths = ["/tag", "/collect", "/favicon.ico"];

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.MapWhen(
            context => Array.Exists(_paths, path => context.Request.Path.StartsWithSegments(path, StringComparison.Ordinal)),
            branch => branch.UseRouting().UseEndpoints(TagFiles.Map));
        app.Use(async (context, following) =>
        {
            if (context.Request.Path == "/" && context.Request.Cookies.ContainsKey(SlowHome))
            {
                // A page that takes its time is what is tested: nothing waits for this to have passed.
                await Task.Delay(_slow, context.RequestAborted);
            }

            if (Variant.Of(context).Policy is null)
            {
                context.Response.OnStarting(() =>
                {
                    context.Response.Headers.ContentSecurityPolicy = default;
                    return Task.CompletedTask;
                });
            }

            await following(context);
        });
        next(app);
    };
}
