using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Outbox;

/// <summary>A writer on a fake clock, over a store that does what the test says.</summary>
internal sealed class WriterBench : IDisposable
{
    public static readonly TimeSpan CommitTimeout = TimeSpan.FromSeconds(1);

    private OutboxWriter? _writer;

    public WriterBench() => Diagnostics = new TestDiagnostics(Clock);

    public ObservedClock Clock { get; } = new();

    public ScriptedStore Store { get; } = new();

    public OutboxSignal Signal { get; } = new();

    public TestDiagnostics Diagnostics { get; }

    /// <summary>Starts the one writer of this test.</summary>
    public OutboxWriter Start(TimeSpan? commitTimeout = null, int capacity = 1000, OutboxSpill? spill = null)
    {
        var settings = new OutboxWriterSettings(commitTimeout ?? CommitTimeout, capacity);
        _writer = new OutboxWriter(Store, Signal, settings, Diagnostics.Diagnostics, Clock, spill);
        _writer.Start();
        return _writer;
    }

    public void Dispose()
    {
        _writer?.Dispose();
        Signal.Dispose();
        Store.Dispose();
        Diagnostics.Dispose();
    }
}
