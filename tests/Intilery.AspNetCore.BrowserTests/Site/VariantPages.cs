using Microsoft.Net.Http.Headers;

namespace Intilery.AspNetCore.BrowserTests.Site;

/// <summary>Makes of the sample's pages, on their way out, those of another application: as a browser's cookies ask for.</summary>
public sealed class VariantPages : IStartupFilter
{
    /// <summary>The cookie of a browser for which the home page takes longer than an open page waits with the user.</summary>
    public const string SlowHome = "slow-home";

    /// <summary>The cookie of a browser that may keep pages whole, which the antiforgery tokens in the sample's forms forbid.</summary>
    public const string MayBeKept = "may-be-kept";

    /// <summary>The cookie of a browser whose pages carry no tag.</summary>
    public const string Tagless = "tagless";

    private static readonly TimeSpan _slow = TimeSpan.FromSeconds(4);

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(async (context, following) =>
        {
            if (context.Request.Path == "/" && context.Request.Cookies.ContainsKey(SlowHome))
            {
                // A page that takes its time is what is tested: nothing waits for this to have passed.
                await Task.Delay(_slow, context.RequestAborted);
            }

            context.Response.OnStarting(() =>
            {
                if (!Variant.Of(context).HasPolicy)
                {
                    context.Response.Headers.Remove(HeaderNames.ContentSecurityPolicy);
                }

                if (context.Request.Cookies.ContainsKey(MayBeKept))
                {
                    context.Response.Headers.Remove(HeaderNames.CacheControl);
                }

                return Task.CompletedTask;
            });
            await following(context);
        });
        next(app);
    };
}
