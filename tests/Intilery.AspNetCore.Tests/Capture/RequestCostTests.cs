using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Capture;

/// <summary>What the package allocates in requests in which nothing happens that it is there for; the time is the benchmarks' to tell.</summary>
public sealed class RequestCostTests
{
    private const int Requests = 200;
    private const int Rounds = 40;

    // Who passes authentication pays for the service in front of the host's, of which there is one a request, and for what it has seen.
    // Identity makes its context for every cookie that it validates: that is what a watched context costs, nearly all of it EF Core's
    // own work for interceptors: 2.9 KB once the runtime has optimised all of it, which it may not have by the end of this.
    [Theory]
    [InlineData(RequestPipeline.Bare, false, 0)]
    [InlineData(RequestPipeline.Cookie, false, 96)]
    [InlineData(RequestPipeline.Cookie, true, 160)]
    [InlineData(RequestPipeline.Identity, false, 96)]
    [InlineData(RequestPipeline.Identity, true, 4 * 1024)]
    public async Task A_request_in_which_nothing_happens_costs_no_more_bytes_than_this(string application, bool isSignedIn, int bytes)
    {
        await using var without = await RequestPipeline.StartAsync(application, withPackage: false);
        await using var with = await RequestPipeline.StartAsync(application, withPackage: true);

        // The least of many rounds: until the runtime has optimised both, and whenever it works on this thread, there are more.
        var (leastWith, leastWithout) = (long.MaxValue, long.MaxValue);
        for (var round = 0; round < Rounds; round++)
        {
            leastWithout = Math.Min(leastWithout, BytesPerRequest(without, isSignedIn));
            leastWith = Math.Min(leastWith, BytesPerRequest(with, isSignedIn));
        }

        TestContext.Current.SendDiagnosticMessage("{0} B more than {1} B", leastWith - leastWithout, leastWithout);
        Assert.InRange(leastWith - leastWithout, 0, bytes);
    }

    private static long BytesPerRequest(RequestPipeline app, bool isSignedIn)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Requests; i++)
        {
            Assert.True(app.SendAsync(isSignedIn).IsCompletedSuccessfully);
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / Requests;
    }
}
