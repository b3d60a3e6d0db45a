using Intilery.AspNetCore;
using Intilery.AspNetCore.Testing;
using Microsoft.Extensions.Http;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets tests see the lifecycle events of an application.</summary>
public static class IntileryTestingServiceCollectionExtensions
{
    /// <summary>
    /// Registers an <see cref="IntileryRecorder"/>, and lets tracking capture and send nothing, whatever the configuration: no
    /// account is needed, in any environment. The application has to call <c>UseIntileryLifecycleTracking()</c> itself.
    /// Before or after other registrations, once or several times, is the same.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddIntileryRecorder(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddIntilery().AddObserver<IntileryRecorder>();
        services.PostConfigure<IntileryOptions>(static options =>
        {
            options.Enabled = true;
            options.CaptureOnly = true;
        });
        return services;
    }

    /// <summary>
    /// Registers an <see cref="IntileryApiStandIn"/>, which takes what the application delivers in the place of Intilery, whatever the
    /// configuration: no account is needed, in any environment. The application has to call <c>UseIntileryLifecycleTracking()</c> itself.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <returns>The stand-in, to be scripted and asked.</returns>
    public static IntileryApiStandIn AddIntileryApiStandIn(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        var api = new IntileryApiStandIn();
        services.AddIntilery();
        services.AddSingleton(api);
        services.PostConfigure<IntileryOptions>(static options =>
        {
            options.Enabled = true;
            options.CaptureOnly = false;
            options.ClientId = "test";
            options.AccountId = null;
            options.BrandId = null;
            options.AuthToken = "test";
            options.Delivery.Enabled = true;
            options.Delivery.UnderTestServer = true;
        });
        services.Configure<HttpClientFactoryOptions>(
            IntileryDefaults.HttpClientName,
            options => options.HttpMessageHandlerBuilderActions.Add(builder => builder.PrimaryHandler = api.CreateHandler()));
        return api;
    }

    /// <summary>Returns the recorder of an application, from its services.</summary>
    /// <param name="services">The services of the application or of one of its requests.</param>
    /// <returns>The recorder.</returns>
    /// <exception cref="InvalidOperationException">It is not registered; the message names the call.</exception>
    public static IntileryRecorder GetIntileryRecorder(this IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.GetService<IntileryRecorder>() ?? throw new InvalidOperationException(
            "There is no IntileryRecorder. Call 'services.AddIntileryRecorder()' where the test configures services, or "
            + "'factory.WithIntileryRecorder()', and use the factory that it returns.");
    }
}
