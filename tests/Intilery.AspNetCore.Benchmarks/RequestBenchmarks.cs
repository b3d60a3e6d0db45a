using BenchmarkDotNet.Attributes;
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>What the armed package adds to requests in which nothing happens that it is there for.</summary>
[MemoryDiagnoser]
public class RequestBenchmarks
{
    private RequestPipeline _without = null!;
    private RequestPipeline _first = null!;
    private RequestPipeline _last = null!;

    [Params(RequestPipeline.Bare, RequestPipeline.Cookie, RequestPipeline.Identity)]
    public string Application { get; set; } = null!;

    [Params(false, true)]
    public bool SignedIn { get; set; }

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        _without = await RequestPipeline.StartAsync(Application, PackagePlace.None);
        _first = await RequestPipeline.StartAsync(Application, PackagePlace.First);
        _last = await RequestPipeline.StartAsync(Application, PackagePlace.Last);
    }

    [GlobalCleanup]
    public async Task CleanUpAsync()
    {
        await _without.DisposeAsync();
        await _first.DisposeAsync();
        await _last.DisposeAsync();
    }

    [Benchmark(Baseline = true)]
    public Task Without() => _without.SendAsync(SignedIn);

    [Benchmark]
    public Task RegisteredFirst() => _first.SendAsync(SignedIn);

    [Benchmark]
    public Task RegisteredLast() => _last.SendAsync(SignedIn);
}
