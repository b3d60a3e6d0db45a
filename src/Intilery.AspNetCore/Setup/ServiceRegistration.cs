using Intilery.AspNetCore.Capture;
using Intilery.AspNetCore.Capture.Authentication;
using Intilery.AspNetCore.Capture.Endpoints;
using Intilery.AspNetCore.Capture.Entities;
using Intilery.AspNetCore.Capture.Hosts;
using Intilery.AspNetCore.Capture.Identity;
using Intilery.AspNetCore.Capture.Tracking;
using Intilery.AspNetCore.Deliver;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Enrich;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.SignalR;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Setup;

/// <summary>Registers everything, once, however often and in whatever order it is asked to.</summary>
internal static class ServiceRegistration
{
    public static void Add(IServiceCollection services)
    {
        // The descriptors themselves say whether this was done: a static flag would mix up two hosts of one process.
        var isFirst = services.All(descriptor => descriptor.ServiceType != typeof(Activation));
        AuthenticationServiceDecoration.Apply(services, isFirst);
        if (!isFirst)
        {
            return;
        }

        services.AddOptions();
        services.AddMetrics();
        services.AddHttpContextAccessor();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<IntileryOptions>, ConfigurationBinding>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IOptionsChangeTokenSource<IntileryOptions>, ConfigurationReload>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<IntileryOptions>, IntileryOptionsValidator>());
        services.AddSingleton<LiveOptions>();
        services.AddSingleton<FailureLog>();
        services.AddSingleton<LifecycleMetrics>();
        services.AddSingleton<LifecycleFeed>();
        services.AddSingleton<LifecycleDiagnostics>();
        services.AddSingleton<RuntimeMode>();
        services.AddSingleton<AuthenticationPath>();
        services.AddSingleton(_ => new RegisteredContexts(services));
        services.AddSingleton<Activation>();
        services.AddSingleton<ForgottenLine>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ActivationService>());
        AddCapture(services);
        AddEndpoints(services);
        WebsiteRegistration.Add(services);
        PipelineRegistration.Add(services);
        AddHttpClient(services);
    }

    /// <summary>A host without a server has no pipeline to write the one line in: there, the registration by hand arms.</summary>
    public static void MarkExplicit(IServiceCollection services) => services.TryAddSingleton<ExplicitRegistration>();

    private static void AddCapture(IServiceCollection services)
    {
        services.AddSingleton<CaptureSwitch>();
        services.AddSingleton<AmbientScopes>();
        services.AddSingleton<ScopeFactsReader>();
        services.AddSingleton<CaptureScopes>();
        services.AddSingleton<PrincipalReader>();
        services.AddSingleton<TenantHint>();
        services.AddSingleton<TenantResolution>();
        services.AddSingleton<TenantReader>();
        services.AddSingleton<SessionPeople>();
        services.AddSingleton<AnonymousIdReader>();
        services.AddSingleton<BrowserReader>();
        services.AddSingleton(provider => new Lazy<IScopeSettler>(provider.GetRequiredService<IScopeSettler>));
        services.AddSingleton(provider => new Lazy<ISaveJournal>(provider.GetRequiredService<ISaveJournal>));

        // By factory: a host without authentication has no scheme provider, and must still pass its container's validation.
        services.AddSingleton(provider => new TrackedSchemes(
            provider.GetRequiredService<IAuthenticationSchemeProvider>(), provider.GetRequiredService<LiveOptions>()));
        services.AddSingleton(provider => new AnonymousIdCarrier(
            provider.GetRequiredService<IAuthenticationSchemeProvider>(),
            provider.GetRequiredService<AnonymousIdReader>(),
            provider.GetRequiredService<LiveOptions>(),
            provider.GetRequiredService<LifecycleDiagnostics>()));
        services.AddSingleton(provider => new SessionCapture(
            provider.GetRequiredService<CaptureSwitch>(),
            new SessionReader(
                provider.GetRequiredService<IAuthenticationSchemeProvider>(),
                provider.GetRequiredService<TrackedSchemes>(),
                new TicketReader(
                    provider.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>(), provider.GetRequiredService<TimeProvider>()),
                provider.GetRequiredService<LiveOptions>(),
                provider.GetRequiredService<TimeProvider>()),
            provider.GetRequiredService<SessionPeople>(),
            provider.GetRequiredService<CaptureScopes>(),
            provider.GetRequiredService<LifecycleDiagnostics>()));

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<BearerTokenOptions>, RefreshTokenAttachment>());
        services.AddSingleton<EventCapture>();
        services.AddSingleton<ToldEvents>();
        services.TryAddSingleton<ILifecycleTracker, LifecycleTracker>();

        // Read by applications with hubs and circuits alone.
        services.AddSingleton<LifecycleHubFilter>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<HubOptions>, HubFilterInstallation>());
        services.TryAddEnumerable(ServiceDescriptor.Scoped<CircuitHandler, LifecycleCircuitHandler>());

        services.AddSingleton(_ => new UserStores(services));
        services.AddSingleton<RequestContexts>();
        services.AddSingleton<UserRows>();

        services.AddSingleton<WatchedModels>();
        services.AddSingleton<ChangeFinder>();
        services.AddSingleton<MembershipLookup>();
        services.AddSingleton<OpenTransactions>();
        services.AddSingleton<ChangeNotes>();
        services.AddSingleton<ChangeVerdicts>();
        services.AddSingleton<SavepointCheck>();
        services.AddSingleton<ChangeWatch>();
        services.AddSingleton<IdentityChangeInterceptor>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton(typeof(IDbContextOptionsConfiguration<>), typeof(InterceptorAttachment<>)));
    }

    private static void AddEndpoints(IServiceCollection services)
    {
        services.AddSingleton<EndpointEvents>();
        services.AddSingleton<ActionEvents>();
        services.AddSingleton<HandlerEvents>();
        services.AddSingleton<EndpointRecorder>();
        services.AddSingleton<EndpointEventsFilter>();
        services.AddSingleton<EndpointEventsConvention>();
        services.AddSingleton<EndpointInspection>();
        services.AddSingleton<EndpointEventsSetup>();
        services.AddSingleton<IPostConfigureOptions<MvcOptions>>(provider => provider.GetRequiredService<EndpointEventsSetup>());
        services.AddSingleton<IPostConfigureOptions<RazorPagesOptions>>(provider => provider.GetRequiredService<EndpointEventsSetup>());
        services.AddSingleton<IStartupFilter, EndpointStartupFilter>();
    }

    // Plain, whatever the application's defaults for all clients add: the outbox is the retry, and the token goes nowhere else.
    private static void AddHttpClient(IServiceCollection services) =>
        services.AddHttpClient(TrackingApiClient.HttpClientName)
            .ConfigureHttpClient(client =>
            {
                client.Timeout = Timeout.InfiniteTimeSpan;
                client.DefaultRequestHeaders.Clear();
            })
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                ActivityHeadersPropagator = null,
                ConnectTimeout = TimeSpan.FromSeconds(5),
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            })
            .ConfigureAdditionalHttpMessageHandlers((handlers, _) => handlers.Clear())
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers();
}
