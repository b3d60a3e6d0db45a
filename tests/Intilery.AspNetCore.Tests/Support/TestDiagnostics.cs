using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Intilery.AspNetCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>The real diagnostics of one test, with what they logged and counted.</summary>
internal sealed class TestDiagnostics : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly LoggerFactory _loggers = new();
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _dropped = new();

    public TestDiagnostics(TimeProvider time)
    {
        var meters = _services.GetRequiredService<IMeterFactory>();
        _loggers.AddProvider(Log);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters) && instrument.Name == "intilery.events.dropped")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) => _dropped.AddOrUpdate((string)tags[0].Value!, value, (_, sum) => sum + value));
        _listener.Start();
        Diagnostics = new LifecycleDiagnostics(new LifecycleMetrics(meters), new FailureLog(time), _loggers);
    }

    public LogLines Log { get; } = new();

    public LifecycleDiagnostics Diagnostics { get; }

    /// <summary>Gets the number of lost events by reason.</summary>
    public IReadOnlyDictionary<string, long> Dropped => _dropped;

    /// <summary>Returns the messages that were logged under an id.</summary>
    public IReadOnlyList<string> Logged(int id) => [.. Log.All.Where(line => line.Id == id).Select(line => line.Message)];

    public void Dispose()
    {
        _listener.Dispose();
        _loggers.Dispose();
        _services.Dispose();
    }
}
