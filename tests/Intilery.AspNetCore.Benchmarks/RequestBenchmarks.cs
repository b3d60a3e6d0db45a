using BenchmarkDotNet.Attributes;
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>What the armed package adds to requests in which nothing happens that it is there for.</summary>
[MemoryDiagnoser]
public class RequestBenchmarks
{
    private RequestPipeline _without = null!;
    private RequestPipeline _with = null!;

    [Params(RequestPipeline.Bare, RequestPipeline.Cookie, RequestPipeline.Identity)]
    public string Application { get; set; } = null!;

    [Params(false, true)]
    public bool SignedIn { get; set; }

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        _without = await RequestPipeline.StartAsync(Application, withPackage: false);
        _with = await RequestPipeline.StartAsync(Application, withPackage: true);
    }

    [GlobalCleanup]
    public async Task CleanUpAsync()
    {
        await _without.DisposeAsync();
        await _with.DisposeAsync();
    }

    [Benchmark(Baseline = true)]
    public Task Without() => _without.SendAsync(SignedIn);

    [Benchmark]
    public Task With() => _with.SendAsync(SignedIn);
}
