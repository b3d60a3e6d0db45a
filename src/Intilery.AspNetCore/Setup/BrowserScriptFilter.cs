using Intilery.AspNetCore.Website;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Intilery.AspNetCore.Setup;

/// <summary>
/// Answers requests for the script before anything of the application's: the one line may then stand anywhere, and no fallback
/// policy, redirect or rate limit of the application's stands between a signed-out page and the script that resets it.
/// </summary>
internal sealed class BrowserScriptFilter(BrowserScript script) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(following => context => script.IsFor(context.Request) ? script.WriteAsync(context, context.RequestAborted) : following(context));
        next(app);
    };
}
