using BenchmarkDotNet.Attributes;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>What an event costs its caller: CPU and bytes, not the wait for the commit.</summary>
[MemoryDiagnoser]
public class EnqueueBenchmarks
{
    private readonly RowIdSequence _ids = new(TimeProvider.System);
    private readonly SinkStore _store = new();
    private OutboxWriter _writer = null!;

    [GlobalSetup]
    public void SetUp()
    {
        _writer = new OutboxWriter(
            _store,
            new OutboxSignal(),
            new OutboxWriterSettings(TimeSpan.FromMinutes(1), int.MaxValue, () => Sample.Destination),
            Sample.Diagnostics(),
            TimeProvider.System);
        _writer.Start();
    }

    [GlobalCleanup]
    public Task CleanUpAsync() => _writer.StopAsync(CancellationToken.None);

    [Benchmark(Baseline = true)]
    public byte[] Serialise() => MessageWriter.Write(Sample.SignedUp);

    [Benchmark]
    public object SerialiseAndEnqueue()
    {
        var row = new OutboxRow(_ids.Next(), "Signed Up", Sample.SignedUp.UserId, OutboxRow.AtOnce, MessageWriter.Write(Sample.SignedUp));
        return _writer.SettleAsync(new Settlement([], [row]), CancellationToken.None).AsTask();
    }
}
