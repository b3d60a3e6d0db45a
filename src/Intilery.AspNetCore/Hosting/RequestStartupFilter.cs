using Intilery.AspNetCore.Browser;
using Intilery.AspNetCore.Scopes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Hosting;

/// <summary>
/// Adds one middleware before the application's pipeline and one after it, if tracking is armed when the pipeline is built. The first sets
/// the current request, and serves the browser's script: the call of <c>UseIntileryLifecycleTracking()</c> may therefore be anywhere, and
/// no fallback policy, redirect or rate limit keeps a signed-out page from the script that resets it. The last serves the script if the
/// application has removed a base path, and has no endpoint at the address.
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
