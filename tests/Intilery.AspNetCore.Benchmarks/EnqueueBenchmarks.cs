using BenchmarkDotNet.Attributes;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>What the caller pays for an event, without the wait for its commit.</summary>
[MemoryDiagnoser]
public class EnqueueBenchmarks
{
    private readonly RowIdSequence _ids = new(TimeProvider.System);

    [Benchmark(Baseline = true)]
    public int Serialise() => MessageWriter.Write(Sample.Message("42")).Length;

    [Benchmark]
    public object SerialiseAndWrap()
    {
        var row = new OutboxRow(_ids.Next(), "Signed Up", "42", OutboxRow.AtOnce, MessageWriter.Write(Sample.Message("42")));
        return new OutboxWrite(null, new Settlement([], [row]));
    }
}
