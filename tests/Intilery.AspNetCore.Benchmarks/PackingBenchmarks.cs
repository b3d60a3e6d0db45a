using BenchmarkDotNet.Attributes;
using Intilery.AspNetCore.Deliver;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>What it takes to make a request of a thousand waiting events. Figures are per event.</summary>
[MemoryDiagnoser]
public class PackingBenchmarks
{
    private const int Events = 1000;

    private readonly List<OutboxRow> _rows = [.. Enumerable.Range(1, Events).Select(id => Sample.Row(id))];

    [Benchmark(OperationsPerInvoke = Events)]
    public int Pack() => BatchPacker.Write(BatchPacker.Take(_rows), DateTimeOffset.UnixEpoch).Length;
}
