using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>What one application's meter reported, instrument by instrument.</summary>
internal sealed class Measurements : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(string Instrument, double Value, string Tags)> _all = new();
    private readonly ConcurrentDictionary<string, string> _units = new();

    public Measurements(IMeterFactory meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, meters) && instrument.Meter.Name == "Intilery.AspNetCore")
            {
                _units[instrument.Name] = $"{instrument.GetType().Name.Split('`')[0]} {instrument.Unit}";
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Gets each instrument's kind and unit.</summary>
    public IReadOnlyDictionary<string, string> Units => _units;

    public IReadOnlyList<(double Value, string Tags)> Of(string instrument) =>
        [.. _all.Where(measured => measured.Instrument == instrument).Select(measured => (measured.Value, measured.Tags))];

    public double Sum(string instrument) => Of(instrument).Sum(measured => measured.Value);

    /// <summary>Collects once, as an exporter does.</summary>
    public void Collect() => _listener.RecordObservableInstruments();

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _all.Enqueue((instrument.Name, value, string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))));
}
