using System.Diagnostics;
using Intilery.AspNetCore.Delivery;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Intilery.AspNetCore.Tests.Delivery;

public sealed class RequestRateTests
{
    [Fact]
    public async Task The_burst_goes_at_once_and_the_next_request_waits()
    {
        using var rate = new RequestRate(1, 3, new FakeTimeProvider());
        using var cancelled = new CancellationTokenSource();
        for (var i = 0; i < 3; i++)
        {
            await rate.WaitAsync(cancelled.Token);
        }

        var fourth = rate.WaitAsync(cancelled.Token).AsTask();
        Assert.False(fourth.IsCompleted);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fourth);
    }

    [Fact]
    public async Task What_goes_over_the_burst_goes_at_the_rate()
    {
        using var rate = new RequestRate(100, 5, TimeProvider.System);
        var started = Stopwatch.GetTimestamp();

        for (var i = 0; i < 15; i++)
        {
            await rate.WaitAsync(TestContext.Current.CancellationToken);
        }

        Assert.True(Stopwatch.GetElapsedTime(started) >= TimeSpan.FromMilliseconds(95), "Fifteen requests took less than five and ten at 100 a second.");
    }

    [Fact]
    public async Task Each_request_takes_its_turn_the_halves_of_a_batch_too()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api, new IdentityAppSetup
        {
            Settings = { ["Intilery:Delivery:RequestTimeout"] = "00:02:00", ["Intilery:Delivery:RequestBurst"] = "4", ["Intilery:Delivery:RequestsPerSecond"] = "100" },
        });

        await app.RecordAsync([.. Enumerable.Range(1, 7).Select(id => OutboxSample.Row(id)), OutboxSample.BadRow(8)]);

        // 8, 4, 4, 2, then the fifth request waits for ten milliseconds of the clock.
        await app.PassUntilEmptyAsync();
        await app.AssertLeftAsync(rows: 0, deadLetters: 1);
        Assert.Equal(7, api.Bodies.Count);
    }
}
