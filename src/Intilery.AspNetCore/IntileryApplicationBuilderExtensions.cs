using Intilery.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Arms Intilery's lifecycle tracking.</summary>
public static class IntileryApplicationBuilderExtensions
{
    /// <summary>
    /// Arms lifecycle tracking: sign-ups, sign-ins and sign-outs of this application are sent to Intilery. It adds no
    /// middleware at its position in the pipeline, so call it anywhere before <c>Run</c>. Repeated calls have no effect.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <returns>The same application.</returns>
    /// <exception cref="InvalidOperationException">The services are not registered; the message names the call.</exception>
    /// <example>
    /// <code>
    /// var app = builder.Build();
    /// app.UseIntileryLifecycleTracking();
    /// </code>
    /// </example>
    public static IApplicationBuilder UseIntileryLifecycleTracking(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var tracking = app.ApplicationServices.GetService<LifecycleService>() ?? throw new InvalidOperationException(
            "Unable to find the services of Intilery lifecycle tracking. Call 'builder.Services.AddIntilery()' where services are "
            + "registered: the package registers itself only with WebApplication.CreateBuilder or ConfigureWebHostDefaults, and not "
            + "where hosting startup assemblies are prevented or the project sets IntileryHostingStartup to false.");
        tracking.Arm();
        return app;
    }
}
