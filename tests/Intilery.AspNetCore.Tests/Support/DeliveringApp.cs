using Intilery.AspNetCore.Delivery;
using Intilery.AspNetCore.Hosting;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Trials;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>An application that delivers to a stand-in, on a fake clock.</summary>
internal sealed class DeliveringApp : IAsyncDisposable
{
    // Told apart by its length from what delivery waits for.
    private static readonly TimeSpan _commitTimeout = TimeSpan.FromSeconds(45);

    private DeliveringApp(IdentityApp app, ObservedClock clock)
    {
        App = app;
        Clock = clock;
    }

    public IdentityApp App { get; }

    public ObservedClock Clock { get; }

    public static Task<DeliveringApp> StartAsync(TrackingApi api, IdentityAppSetup? setup = null) => StartAsync(api.BaseAddress, setup);

    public static async Task<DeliveringApp> StartAsync(string baseAddress, IdentityAppSetup? setup = null)
    {
        var clock = new ObservedClock();
        setup ??= new IdentityAppSetup();
        var app = await IdentityApp.StartAsync(setup with
        {
            Settings = new Dictionary<string, string?>(setup.Settings)
            {
                ["Intilery:BaseAddress"] = baseAddress,
                ["Intilery:Delivery:Enabled"] = "true",

                ["Intilery:Outbox:CommitTimeout"] = _commitTimeout.ToString(),
            },
            Services = services =>
            {
                services.AddSingleton<TimeProvider>(clock);
                setup.Services?.Invoke(services);
            },
        });
        return new DeliveringApp(app, clock);
    }

    /// <summary>Records rows in one transaction, as a request would.</summary>
    public async Task RecordAsync(params OutboxRow[] rows)
    {
        var commit = new OutboxCommit([], [.. rows.Select(ToThere)]);
        var outcome = await App.Services.GetRequiredService<IOutboxAppender>().CommitAsync(commit, CancellationToken.None);
        Assert.Equal(RecordOutcome.Recorded, outcome);
    }

    /// <summary>Addresses a row to where the options say.</summary>
    public OutboxRow ToThere(OutboxRow row) => row with { Destination = App.Services.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue.Destination };

    /// <summary>Records so many sign-ins of one user.</summary>
    public Task RecordAsync(int count) => RecordAsync([.. Enumerable.Range(1, count).Select(id => OutboxSample.Row(id))]);

    /// <summary>Lets the first delay after a failure pass.</summary>
    public Task PassFirstBackoffAsync() => Clock.PassAsync(Backoff.First / 2, Backoff.First);

    /// <summary>
    /// Lets pass what delivery waits for until nothing is left to deliver. For applications with a long request time-out, which
    /// would pass as well.
    /// </summary>
    public Task PassUntilEmptyAsync() => Clock.PassUntilAsync(
        EmptyAsync(), new SoleOwner().LookEvery, OrphanWatch.Interval, TrialClock.LongestSleep, _commitTimeout);

    /// <summary>Waits until nothing waits for delivery.</summary>
    public async Task EmptyAsync()
    {
        var state = App.Services.GetRequiredService<DeliveryState>();
        while (true)
        {
            var changed = state.Changed;
            if ((await StatusAsync()).Rows == 0)
            {
                return;
            }

            await changed.WaitAsync(Patience.Limit);
        }
    }

    public async Task AssertLeftAsync(long rows, long deadLetters)
    {
        var status = await StatusAsync();
        Assert.Equal((rows, deadLetters), (status.Rows, status.DeadLetters));
    }

    public ValueTask<OutboxStatus> StatusAsync() => App.Outbox.GetStatusAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        // What is left is in memory, and is tried again until the stop's deadline, which is on this clock.
        await Clock.PassUntilAsync(App.StopAsync());
        await App.DisposeAsync();
    }
}
