using BenchmarkDotNet.Attributes;
using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Trials;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>What an event costs its caller: CPU and bytes, not the wait for the commit.</summary>
[MemoryDiagnoser]
public class EnqueueBenchmarks
{
    private const int Burst = 32;

    private static readonly IReadOnlyList<ComposedMessage> _messages = [new ComposedMessage(Sample.SignedUp, null)];

    private readonly SinkStore _store = new();
    private readonly CommitWriter _settlements;
    private readonly OutboxWriter _writer;

    public EnqueueBenchmarks()
    {
        var diagnostics = Sample.Diagnostics();
        _settlements = new CommitWriter(
            new RowIdSequence(TimeProvider.System),
            TimeProvider.System,
            new TrialScheduling(TrialPlacement.Durable, diagnostics),
            diagnostics);
        _writer = new OutboxWriter(_store, new OutboxSignal(), new OutboxWriterSettings(TimeSpan.FromMinutes(1), int.MaxValue), diagnostics, TimeProvider.System);
    }

    [GlobalSetup]
    public void SetUp() => _writer.Start();

    [GlobalCleanup]
    public Task CleanUpAsync() => _writer.StopAsync(CancellationToken.None);

    [Benchmark(Baseline = true)]
    public int Serialise() => MessageWriter.WriteAnySize(Sample.SignedUp, EventText.MaxValueLength).Length;

    // As many at once as requests are: what waits longer than a commit is another question. The writer's own work is counted too.
    [Benchmark(OperationsPerInvoke = Burst)]
    public async ValueTask SerialiseAndEnqueueAsync()
    {
        for (var i = 1; i < Burst; i++)
        {
            _ = _writer.CommitAsync(_settlements.Write(Sample.Destination, [], _messages), CancellationToken.None);
        }

        await _writer.CommitAsync(_settlements.Write(Sample.Destination, [], _messages), CancellationToken.None);
    }
}
