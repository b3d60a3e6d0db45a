using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Testing;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Compose;

public sealed class ObserverTests
{
    [Fact]
    public async Task It_sees_what_was_recorded_once_however_often_it_is_added()
    {
        await using var app = await IdentityApp.StartAsync(new()
        {
            Services = services => services.AddIntilery().AddObserver<IntileryRecorder>().AddObserver<IntileryRecorder>(),
        });
        using var browser = app.OpenBrowser();
        await app.CreateUserAsync();

        await IdentityApp.SignInAsync(browser);

        var seen = app.Services.GetRequiredService<IntileryRecorder>().Events;
        Assert.Equal((await app.RecordedAsync()).Select(call => call.Json), seen.Select(recorded => recorded.Json));
        Assert.Equal(["identify", "Signed In"], seen.Select(recorded => recorded.Name));
    }

    [Fact]
    public async Task It_does_not_see_what_is_not_recorded_yet()
    {
        using var store = new ScriptedStore();
        store.BeforeWriting(_ => throw new IOException("disk full"));
        await using var app = await IdentityApp.StartAsync(new()
        {
            Settings = new() { ["Intilery:Outbox:CommitTimeout"] = "00:00:00.200" },
            Services = services => services.AddSingleton<IOutboxStore>(store).AddIntilery().AddObserver<IntileryRecorder>(),
        });
        using var browser = app.OpenBrowser();
        await app.CreateUserAsync();

        await IdentityApp.SignInAsync(browser);

        var observer = app.Services.GetRequiredService<IntileryRecorder>();
        Assert.Empty(observer.Events);
        store.BeforeWriting(_ => Task.CompletedTask);
        await store.RowsAsync(2);
        await observer.WaitForAsync(2, cancellationToken: TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task One_that_cannot_be_made_stops_the_start() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => IdentityApp.StartAsync(new()
        {
            Services = services => services.AddIntilery().AddObserver<NeedyObserver>(),
        }));

    [Fact]
    public async Task One_that_throws_is_logged_and_the_others_see_it_all_the_same()
    {
        await using var app = await IdentityApp.StartAsync(new()
        {
            Services = services => services.AddIntilery().AddObserver<ThrowingObserver>().AddObserver<IntileryRecorder>(),
        });
        using var browser = app.OpenBrowser();
        await app.CreateUserAsync();

        await IdentityApp.SignInAsync(browser);

        Assert.Equal(2, app.Services.GetRequiredService<IntileryRecorder>().Events.Count);
        var line = Assert.Single(app.Log.Ours, line => line.Level >= LogLevel.Warning);
        Assert.Equal((101, "broken"), (line.Id, line.Exception?.Message));
    }

    private sealed class ThrowingObserver : ILifecycleEventObserver
    {
        public void OnRecorded(RecordedEvent recorded) => throw new InvalidOperationException("broken");

        public void OnSuppressed(SuppressedEvent suppressed) => throw new InvalidOperationException("broken");
    }

    private sealed class NeedyObserver(ObserverTests unregistered) : ILifecycleEventObserver
    {
        public void OnRecorded(RecordedEvent recorded) => _ = unregistered;
    }
}
