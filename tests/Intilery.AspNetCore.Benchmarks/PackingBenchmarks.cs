using BenchmarkDotNet.Attributes;
using Intilery.AspNetCore.Delivery;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>What it costs to make one request's body of 1,000 rows.</summary>
[MemoryDiagnoser]
public class PackingBenchmarks
{
    private static readonly DateTimeOffset _sentAt = new(2026, 11, 23, 8, 30, 0, TimeSpan.Zero);

    private readonly OutboxRow[] _rows = [.. Enumerable.Range(1, 1000).Select(id => Sample.Row(id))];

    [Benchmark(OperationsPerInvoke = 1000)]
    public async Task PackAsync()
    {
        using var content = new BatchContent(BatchPacker.Take(_rows), _sentAt, DeliveryCompression.None);
        await content.CopyToAsync(Stream.Null);
    }
}
