using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Delivery;

/// <summary>
/// The <see cref="HttpClient"/> of deliveries, made without the application's client factory. It is plain, whatever the application's
/// defaults for all clients add: the outbox is the retry, and the token goes nowhere else. What the application configures for the
/// client of this name counts: a proxy, a certificate.
/// </summary>
internal sealed class DeliveryHttpClient : IDisposable
{
    private readonly IServiceScope _scope;

    public DeliveryHttpClient(IServiceScopeFactory scopes, IEnumerable<IConfigureOptions<HttpClientFactoryOptions>> configurations)
    {
        _scope = scopes.CreateScope();
        var options = new HttpClientFactoryOptions();
        foreach (var configuration in configurations.OfType<ConfigureNamedOptions<HttpClientFactoryOptions>>()
            .Where(it => it.Name == IntileryDefaults.HttpClientName))
        {
            configuration.Configure(IntileryDefaults.HttpClientName, options);
        }

        var handler = new HandlerBuilder(_scope.ServiceProvider);
        foreach (var configure in options.HttpMessageHandlerBuilderActions)
        {
            configure(handler);
        }

        Http = new HttpClient(handler.Build()) { Timeout = Timeout.InfiniteTimeSpan };
        foreach (var configure in options.HttpClientActions)
        {
            configure(Http);
        }
    }

    public HttpClient Http { get; }

    public void Dispose()
    {
        Http.Dispose();
        _scope.Dispose();
    }

    private sealed class HandlerBuilder(IServiceProvider services) : HttpMessageHandlerBuilder
    {
        [AllowNull]
        public override string Name { get; set; } = IntileryDefaults.HttpClientName;

        public override HttpMessageHandler PrimaryHandler { get; set; } = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            MeterFactory = services.GetService<IMeterFactory>(),
        };

        public override IList<DelegatingHandler> AdditionalHandlers { get; } = [];

        public override IServiceProvider Services => services;

        // The token follows no redirect, and the span of a delivery is the package's own: the application's traces are not Intilery's
        // business. A handler that the application makes for its proxy has both without having asked for them.
        public override HttpMessageHandler Build()
        {
            try
            {
                switch (PrimaryHandler)
                {
                    case SocketsHttpHandler { AllowAutoRedirect: true } sockets:
                        sockets.AllowAutoRedirect = false;
                        break;
                    case HttpClientHandler { AllowAutoRedirect: true } client:
                        client.AllowAutoRedirect = false;
                        break;
                }
            }
            catch (InvalidOperationException exception)
            {
                throw new InvalidOperationException(
                    $"The handler of the HttpClient '{Name}' is in use by another client and follows redirects, which would take the auth token along. "
                    + "Make a handler for this client alone, or set its AllowAutoRedirect to false before its first request.",
                    exception);
            }

            if (PrimaryHandler is SocketsHttpHandler { ActivityHeadersPropagator: { } propagator } traced
                && propagator == DistributedContextPropagator.Current)
            {
                try
                {
                    traced.ActivityHeadersPropagator = null;
                }
                catch (InvalidOperationException)
                {
                    // It is in use by another client: its requests have a span of HttpClient's beside the package's.
                }
            }

            return CreateHandlerPipeline(PrimaryHandler, AdditionalHandlers);
        }
    }
}
