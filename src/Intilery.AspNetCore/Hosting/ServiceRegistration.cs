using Intilery.AspNetCore.Browser;
using Intilery.AspNetCore.Capture.Authentication;
using Intilery.AspNetCore.Capture.Code;
using Intilery.AspNetCore.Capture.Endpoints;
using Intilery.AspNetCore.Capture.EntityFramework;
using Intilery.AspNetCore.Commands;
using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Dashboard;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Scopes;
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

namespace Intilery.AspNetCore.Hosting;

/// <summary>Registers all services, once, however often and in whatever order it is called.</summary>
internal static class ServiceRegistration
{
    /// <summary>
    /// Registers the package's own types, and entries of enumerated services only: a later <c>TryAdd</c> of the
    /// application must not find a service of ours.
    /// </summary>
    public static void Add(IServiceCollection services)
    {
        if (IsDone(services))
        {
            return;
        }

        services.AddClock();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<IntileryOptions>, ConfigurationBinding>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IOptionsChangeTokenSource<IntileryOptions>, ConfigurationReload>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<IntileryOptions>, IntileryOptionsValidator>());
        // Startup filters run in their order: before all others, whenever this is called.
        services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter, RequestStartupFilter>());
        services.AddSingleton<IOptionsMonitor<IntileryOptions>, LastGoodOptions>();
        services.AddWithClock<FailureLog>();
        services.AddSingleton<LifecycleMetrics>();
        services.AddWithClock<LifecycleFeed>();
        services.AddWithClock<LifecycleActivity>();
        services.AddSingleton<LifecycleDiagnostics>();
        services.AddSingleton<RuntimeMode>();
        services.AddSingleton(_ => new AuthenticationPath(services));
        services.AddSingleton(_ => new RegisteredContexts(services));
        services.AddSingleton<LifecycleService>();
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<LifecycleService>());
        services.AddSingleton<MissingMiddlewareWarning>();
        AddCapture(services);
        AddEndpoints(services);
        BrowserRegistration.Add(services);
        PipelineRegistration.Add(services);
        DashboardRegistration.Add(services);
    }

    /// <summary>
    /// Registers the services for an explicit <c>AddIntilery()</c>, in a collection that may not be a host's. A host without a server has
    /// no pipeline for <c>UseIntileryLifecycleTracking()</c>: there, the explicit registration arms tracking.
    /// </summary>
    public static void AddByHand(IServiceCollection services)
    {
        services.AddOptions();
        services.AddMetrics();
        Add(services);
        services.TryAddSingleton<ExplicitRegistration>();
        HostBuildingObserver.Subscribe();
        if (!HostBuildingObserver.Completes(services))
        {
            AuthenticationServiceDecoration.ApplyInAdvance(services);
            PasswordHasherDecoration.Apply(services);
        }
    }

    /// <summary>Completes the registrations after the application's own, in hosts that have the package's services.</summary>
    public static void Complete(IServiceCollection services)
    {
        if (IsDone(services))
        {
            AuthenticationServiceDecoration.Apply(services);
            PasswordHasherDecoration.Apply(services);
        }
    }

    // The descriptors are the marker: a static flag would mix up two hosts of one process.
    private static bool IsDone(IServiceCollection services) =>
        services.Any(descriptor => descriptor.ServiceType == typeof(LifecycleService));

    private static void AddCapture(IServiceCollection services)
    {
        services.AddSingleton<CaptureSwitch>();
        services.AddSingleton<RequestAccessor>();
        services.AddSingleton<IEndpointAccessor>(provider => provider.GetRequiredService<RequestAccessor>());
        services.AddSingleton(provider => new ScopeContextReader(
            provider.GetRequiredService<BrowserReader>(),
            provider.GetRequiredService<PrincipalReader>(),
            provider.GetRequiredService<IOptionsMonitor<IntileryOptions>>(),
            provider.GetRequiredService<LifecycleDiagnostics>(),
            provider.GetService<IAuthenticationSchemeProvider>() is null ? null : provider.GetRequiredService<SessionTickets>()));
        services.AddSingleton<TrackingScopes>();
        services.AddSingleton<PrincipalReader>();
        services.AddSingleton<TenantHint>();
        services.AddSingleton<TenantReader>();
        services.AddSingleton<IAccountLookup>(provider => new AccountLookup(
            services,
            provider.GetRequiredService<PrincipalReader>(),
            provider.GetRequiredService<UserAccounts>(),
            provider.GetRequiredService<TenantHint>()));
        services.AddSingleton(provider => new ApplicationContexts(
            provider.GetRequiredService<RegisteredContexts>().Types,
            provider.GetRequiredService<IServiceScopeFactory>(),
            provider.GetRequiredService<LifecycleDiagnostics>(),
            provider.GetService<TenantList>()));
        services.AddSingleton(provider => new UserAccounts(
            services,
            provider.GetServices<EntityMapping>(),
            provider.GetRequiredService<ApplicationContexts>(),
            provider.GetRequiredService<WatchedModels>(),
            provider.GetRequiredService<LifecycleDiagnostics>()));
        services.AddSingleton<StoredRows>();
        services.AddSingleton<StoredRoles>();
        services.AddSingleton<StoredUsers>();
        services.AddSingleton<IStoredPeople>(provider => provider.GetRequiredService<StoredUsers>());
        services.AddSingleton<PrincipalDescriber>();
        services.AddSingleton<AnonymousIdReader>();
        services.AddSingleton<BrowserReader>();
        services.AddSingleton(provider => new Lazy<IScopeCommitter>(provider.GetRequiredService<IScopeCommitter>));
        services.AddSingleton(provider => new Lazy<ISaveJournal>(provider.GetRequiredService<ISaveJournal>));

        // By factory: a host without authentication has no scheme provider, and must still pass its container's validation.
        services.AddSingleton(provider => new TrackedSchemes(
            provider.GetRequiredService<IAuthenticationSchemeProvider>(),
            provider.GetRequiredService<IOptionsMonitor<IntileryOptions>>(),
            provider,
            provider.GetRequiredService<LifecycleDiagnostics>()));
        services.AddSingleton(provider => new AnonymousIdCarrier(
            provider.GetRequiredService<IAuthenticationSchemeProvider>(),
            provider.GetRequiredService<AnonymousIdReader>(),
            provider.GetRequiredService<IOptionsMonitor<IntileryOptions>>(),
            provider.GetRequiredService<LifecycleDiagnostics>()));
        services.AddSingleton(provider => new SessionTickets(
            provider.GetRequiredService<TrackedSchemes>(),
            provider.GetRequiredService<PrincipalReader>(),
            provider.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>(),
            provider.GetRequiredService<HostClock>().Time));
        services.AddSingleton(provider => new SessionCapture(
            provider.GetRequiredService<CaptureSwitch>(),
            provider.GetRequiredService<TrackedSchemes>(),
            provider.GetRequiredService<SessionTickets>(),
            provider.GetRequiredService<PrincipalDescriber>(),
            provider.GetRequiredService<TrackingScopes>(),
            provider.GetRequiredService<HostClock>().Time,
            provider.GetRequiredService<LifecycleDiagnostics>()));

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<BearerTokenOptions>, RefreshTokenObserver>());
        services.AddWithClock<EventCapture>();
        services.AddSingleton<TrackedEvents>();
        services.TryAddSingleton<ILifecycleTracker, LifecycleTracker>();

        // Used only by applications with hubs or circuits.
        services.AddSingleton<LifecycleHubFilter>();
        services.AddSingleton<ComponentEventListener>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<HubOptions>, HubFilterInstallation>());
        services.TryAddEnumerable(ServiceDescriptor.Scoped<CircuitHandler, LifecycleCircuitHandler>());

        services.AddSingleton(_ => new UserStores(services));
        services.AddSingleton<RequestContexts>();
        services.AddSingleton<UserRows>();

        services.AddSingleton<WatchedModels>();
        services.AddWithClock<PendingSaves>();
        services.AddSingleton<RowReader>();
        services.AddSingleton<TrackedTransactions>();
        services.AddSingleton<IntentRecorder>();
        services.AddSingleton<SaveTracker>();
        services.AddSingleton<BulkChangeMonitor>();
        services.AddSingleton<SaveInterceptor>();
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
}

/// <summary>Marks that the application itself called <c>AddIntilery()</c>.</summary>
internal sealed class ExplicitRegistration;

/// <summary>Registers the notification of browsers about sign-outs and sign-ins.</summary>
internal static class BrowserRegistration
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<TrackingConsent>();
        services.AddSingleton<SessionMarkers>();
        services.AddSingleton(provider =>
        {
            var armed = provider.GetRequiredService<CaptureSwitch>();
            return new BrowserScript(provider.GetRequiredService<IOptionsMonitor<IntileryOptions>>(), () => armed.IsOn);
        });
        services.AddSingleton<IIntileryBrowserScript>(provider =>
        {
            var accessor = provider.GetRequiredService<RequestAccessor>();
            return new BrowserElement(provider.GetRequiredService<BrowserScript>(), () => accessor.HttpContext);
        });
    }
}

/// <summary>Registers the page and the coverage report. Their services are created when they are first requested.</summary>
internal static class DashboardRegistration
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<CoverageInspection>();
        services.AddSingleton<IIntileryCoverage>(provider => provider.GetRequiredService<CoverageInspection>());
        services.AddSingleton<CoverageLog>();
        services.AddWithClock<Doctor>();
        services.AddSingleton<DashboardMap>();
        services.AddSingleton<DashboardFiles>();
        services.AddSingleton<LiveFeed>();
        services.AddSingleton<LiveStream>();
        services.AddSingleton<DashboardViews>();
        services.AddSingleton<DashboardActions>();
        services.AddSingleton<DashboardPage>();

        // Before the application's own filters: in Development the page precedes the application's pipeline, and the endpoints exist once
        // the pipeline is configured.
        services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter, DashboardStartupFilter>());
    }
}

/// <summary>Registers the clock, and the singletons that depend on it.</summary>
internal static class ClockRegistration
{
    public static void AddClock(this IServiceCollection services) => services.AddSingleton(provider => new HostClock(
        // A clock that is not a singleton cannot be used beyond its request.
        (services.LifetimeOf(typeof(TimeProvider)) == ServiceLifetime.Scoped ? null : provider.GetService<TimeProvider>())
            ?? TimeProvider.System));

    public static void AddWithClock<T>(this IServiceCollection services)
        where T : class => services.AddSingleton(Create<T>);

    public static void TryAddWithClock<T>(this IServiceCollection services)
        where T : class => services.TryAddSingleton(Create<T>);

    private static T Create<T>(IServiceProvider services) =>
        ActivatorUtilities.CreateInstance<T>(services, services.GetRequiredService<HostClock>().Time);
}
