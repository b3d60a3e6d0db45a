using System.Diagnostics.Metrics;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Capture.Code;

/// <summary>
/// Observes when a component's handler of a browser's event completes, however often it has waited: the framework measures its duration
/// then, in the handler's own flow. No other public interface of the framework reports it.
/// </summary>
internal sealed class ComponentEventListener(TrackingScopes scopes) : IDisposable
{
    private const string Meter = "Microsoft.AspNetCore.Components";
    private const string Duration = "aspnetcore.components.handle_event.duration";

    private readonly MeterListener _listener = new();
    private int _isListening;

    /// <summary>Begins to listen; called again, it does nothing.</summary>
    public void Listen()
    {
        if (Interlocked.Exchange(ref _isListening, 1) != 0)
        {
            return;
        }

        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name == Duration && instrument.Meter.Name == Meter)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, _, _, _) => scopes.Complete());
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();
}
