using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A host without a server: the smallest that has the package's services, which arm themselves there.</summary>
public sealed class WorkerHost : IDisposable
{
    private readonly IHost _host;

    private WorkerHost(IHost host, ConfigurationManager configuration, LogLines log)
    {
        _host = host;
        Configuration = configuration;
        Log = log;
    }

    public ConfigurationManager Configuration { get; }

    public LogLines Log { get; }

    public IHost Application => _host;

    public IServiceProvider Services => _host.Services;

    /// <summary>Gets the options, bound and validated.</summary>
    public IntileryOptions Options => Services.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue;

    /// <summary>Builds a host. Settings are keys below the section; <paramref name="late"/> adds sources after the registration.</summary>
    public static WorkerHost Create(
        string environment,
        IReadOnlyDictionary<string, string?> settings,
        Action<IConfigurationBuilder>? late = null,
        Action<IServiceCollection>? services = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = environment });
        var log = new LogLines();
        builder.Logging.AddProvider(log).SetMinimumLevel(LogLevel.Trace);
        builder.Configuration.AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create($"Intilery:{pair.Key}", pair.Value)));
        builder.Services.AddIntilery();
        services?.Invoke(builder.Services);
        late?.Invoke(builder.Configuration);
        return new WorkerHost(builder.Build(), builder.Configuration, log);
    }

    /// <summary>Starts and stops; what its background work had to say is in the log then.</summary>
    public async Task RunAsync()
    {
        await _host.StartAsync();
        await _host.StopAsync();
    }

    public void Dispose() => _host.Dispose();
}
