using Intilery.AspNetCore.Hosting;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Hosting;

public sealed class TrackingRuntimeTests
{
    [Fact]
    public async Task A_loop_that_throws_is_logged_and_runs_again()
    {
        await using var app = await IdentityApp.StartAsync();
        var clock = new ObservedClock();
        using var diagnostics = new TestDiagnostics(clock);
        var loop = new ScriptedLoop(_ => throw new InvalidOperationException("broken"));
        using var runtime = Create(app, diagnostics, clock, loop);

        runtime.Start();
        await clock.PassAsync(TrackingRuntime.RestartDelay);
        await clock.WaitedForAsync(TrackingRuntime.RestartDelay);

        Assert.Equal(2, loop.Runs);
        var line = Assert.Single(diagnostics.Log.All, line => line.Id == 101);
        Assert.Equal(("Intilery lifecycle tracking failed while counting; the application is not affected.", "broken"), (line.Message, line.Exception!.Message));
        await runtime.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_loop_that_does_not_stop_holds_the_host_for_the_shutdown_time_out_and_no_longer()
    {
        await using var app = await IdentityApp.StartAsync();
        var clock = new ObservedClock();
        using var diagnostics = new TestDiagnostics(clock);
        var hangs = new TaskCompletionSource();
        var loop = new ScriptedLoop(_ => hangs.Task);
        using var runtime = Create(app, diagnostics, clock, loop);
        runtime.Start();
        await loop.Started;

        var stopped = runtime.StopAsync(TestContext.Current.CancellationToken);
        Assert.False(stopped.IsCompleted);
        await clock.PassAsync(TimeSpan.FromSeconds(5));

        await stopped.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        hangs.SetResult();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_other_services_record_while_they_stop_is_delivered(bool concurrently)
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await DeliveringApp.StartAsync(api, new IdentityAppSetup
        {
            ServicesBefore = services => services.AddHostedService<RecordsAtItsEnd>(),
            Services = services => services
                .Configure<HostOptions>(options => options.ServicesStopConcurrently = concurrently)
                .AddHostedService<RecordsAtItsEndAfterIt>(),
        });

        await app.App.StopAsync();

        Assert.Equal(["m1", "m2"], api.Accepted.Select(call => call.MessageId).Order());
        Assert.DoesNotContain(app.App.Log.Ours, line => line.Id == 300);
    }

    private static TrackingRuntime Create(IdentityApp app, TestDiagnostics diagnostics, ObservedClock clock, IBackgroundLoop loop) => new(
        [loop],
        outbox: null,
        app.Services.GetRequiredService<StartupReport>(),
        app.Services.GetRequiredService<IOptionsMonitor<IntileryOptions>>(),
        clock,
        diagnostics.Diagnostics);

    private sealed class ScriptedLoop(Func<CancellationToken, Task> run) : IBackgroundLoop
    {
        private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _runs;

        public string Activity => "counting";

        public int Runs => Volatile.Read(ref _runs);

        public Task Started => _started.Task;

        public Task RunAsync(CancellationToken stopping)
        {
            Interlocked.Increment(ref _runs);
            _started.TrySetResult();
            return run(stopping);
        }
    }

    private class RecordsAtItsEnd(IServiceProvider services) : IHostedService
    {
        protected virtual long Id => 1;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            var destination = services.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue.Destination;
            await services.GetRequiredService<IOutboxAppender>().CommitAsync(new OutboxCommit([], [Row(Id) with { Destination = destination }]), cancellationToken);
        }
    }

    private sealed class RecordsAtItsEndAfterIt(IServiceProvider services) : RecordsAtItsEnd(services)
    {
        protected override long Id => 2;
    }
}
