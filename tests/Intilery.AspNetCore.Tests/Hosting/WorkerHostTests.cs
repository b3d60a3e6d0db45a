using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Hosting;

public sealed class WorkerHostTests
{
    [Fact]
    public async Task Registering_by_hand_arms_a_host_without_a_server()
    {
        using var host = WorkerHost.Create("Development", new Dictionary<string, string?>());

        await host.RunAsync();

        Assert.Single(host.Log.Ours, line => line.Id == 1);
        Assert.DoesNotContain(host.Log.Ours, line => line.Exception is not null);
    }

    [Fact]
    public async Task A_program_that_blocks_after_its_start_does_not_hold_up_what_starts_beside_it()
    {
        var store = new SlowStore();
        using var host = WorkerHost.Create(
            "Production",
            new Dictionary<string, string?> { ["ClientId"] = "acme", ["AuthToken"] = "t", ["BaseAddress"] = "http://127.0.0.1:9", ["Delivery:Enabled"] = "false" },
            services: services => services.AddSingleton<IOutboxStore>(store));
        using var end = new ManualResetEventSlim();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var program = Task.Run(
            async () =>
            {
                await host.Application.StartAsync();
                started.SetResult();
                end.Wait();
            },
            TestContext.Current.CancellationToken);

        await store.Asked.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        var answered = Task.Run(() => store.Answer.SetResult(), TestContext.Current.CancellationToken);
        await started.Task.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);

        await answered.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        end.Set();
        await program;
        await host.Application.StopAsync(TestContext.Current.CancellationToken);
    }

    // What awaits its first answer goes on where the answer is given.
    private sealed class SlowStore() : WrappedStore(100)
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => _asked.Task;

        public TaskCompletionSource Answer { get; } = new();

        public override string Description => "slow";

        public override async ValueTask<OutboxStatus> GetStatusAsync(CancellationToken cancellationToken)
        {
            _asked.TrySetResult();
            await Answer.Task.ConfigureAwait(false);
            return await base.GetStatusAsync(cancellationToken);
        }
    }
}
