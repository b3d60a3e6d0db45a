using Intilery.AspNetCore.Hosting;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Intilery.AspNetCore.Tests.Hosting;

/// <summary>A host is stopped and disposed from several sides, in any order: by its own Main, by a test's factory, by a signal.</summary>
public sealed class HostEndTests
{
    [Fact]
    public async Task A_stop_after_the_disposal_ends_at_once()
    {
        var app = await IdentityApp.StartAsync();
        var service = ServiceOf(app);

        await app.DisposeAsync();

        await service.StoppedAsync(TestContext.Current.CancellationToken).WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        Assert.DoesNotContain(app.Log.Ours, line => line.Exception is not null);
    }

    [Fact]
    public async Task A_disposal_beside_a_stop_ends_it_and_what_was_not_written_is_counted()
    {
        var store = new ScriptedStore();
        var app = await IdentityApp.StartAsync(new IdentityAppSetup { Services = services => services.AddSingleton<IOutboxStore>(store) });
        var release = store.Hang();
        app.Services.GetRequiredService<OutboxWriter>().Commit(new OutboxCommit([], [OutboxSample.Row(1)]));
        await store.AttemptedAsync(1);
        var service = ServiceOf(app);

        var stopped = service.StoppedAsync(TestContext.Current.CancellationToken);
        Assert.False(stopped.IsCompleted);
        await app.DisposeAsync();

        await stopped.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        Assert.Contains(app.Log.Ours, line => line.Message == "Events were lost for the reason stopped: 1.");
        Assert.DoesNotContain(app.Log.Ours, line => line.Exception is not null);
        release.SetResult();
    }

    [Fact]
    public async Task Two_stops_are_one()
    {
        await using var app = await IdentityApp.StartAsync();
        await app.Services.GetRequiredService<IOutboxAppender>().CommitAsync(
            new OutboxCommit([], [OutboxSample.Row(1)]), TestContext.Current.CancellationToken);
        var service = ServiceOf(app);

        await Task.WhenAll(service.StoppedAsync(TestContext.Current.CancellationToken), service.StoppedAsync(TestContext.Current.CancellationToken));
        await service.StoppedAsync(TestContext.Current.CancellationToken);

        Assert.Single(app.Log.Ours, line => line.Message == "Events were lost for the reason stopped: 1.");
    }

    [Fact]
    public async Task Whoever_stops_a_second_time_in_a_hurry_ends_the_first_stop_too()
    {
        var store = new ScriptedStore();
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup { Services = services => services.AddSingleton<IOutboxStore>(store) });
        var release = store.Hang();
        app.Services.GetRequiredService<OutboxWriter>().Commit(new OutboxCommit([], [OutboxSample.Row(1)]));
        await store.AttemptedAsync(1);
        var service = ServiceOf(app);

        var patient = service.StoppedAsync(TestContext.Current.CancellationToken);
        await service.StoppedAsync(new CancellationToken(canceled: true));

        await patient.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        release.SetResult();
    }

    private static LifecycleService ServiceOf(IdentityApp app) => app.Services.GetServices<IHostedService>().OfType<LifecycleService>().Single();
}
