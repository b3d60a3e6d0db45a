using Intilery.AspNetCore.Browser;
using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Hosting;

/// <summary>
/// Puts one middleware before all of the application's, and one behind, if tracking is armed by the time the pipeline is built. It notes the current
/// request, and answers requests for the browser's script: the one line may then stand anywhere, and no fallback policy, redirect or rate
/// limit keeps a signed-out page from the script that resets it. The one behind answers them where the application has taken a base path
/// off, and has nothing at that address itself.
/// </summary>
internal sealed class RequestStartupFilter(LifecycleService tracking) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(following => tracking.WillRun ? Middleware(app.ApplicationServices, following) : following);
        next(app);
        app.Use(following => tracking.WillRun ? Leftover(app.ApplicationServices, following) : following);
    };

    private static RequestDelegate Middleware(IServiceProvider services, RequestDelegate following)
    {
        var (script, accessor) = (services.GetRequiredService<BrowserScript>(), services.GetRequiredService<RequestAccessor>());
        return context =>
        {
            if (script.IsFor(context.Request))
            {
                return script.WriteAsync(context, context.RequestAborted);
            }

            accessor.Enter(context);
            return following(context);
        };
    }

    private static RequestDelegate Leftover(IServiceProvider services, RequestDelegate following)
    {
        var script = services.GetRequiredService<BrowserScript>();
        return context => script.IsLeftFor(context.Request) ? script.WriteAsync(context, context.RequestAborted) : following(context);
    }
}
