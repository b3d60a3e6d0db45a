using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Hosting;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Scopes;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Moq;

namespace Intilery.AspNetCore.Tests.HostFirst;

/// <summary>Whatever breaks behind capture, the application answers as it would without the line.</summary>
public sealed class HostFirstTests
{
    private static readonly TimeSpan _commitTimeout = TimeSpan.FromMilliseconds(200);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_settler_that_throws_is_logged_once_and_changes_no_answer(bool onKestrel)
    {
        var settler = new Mock<IScopeCommitter>();
        settler.Setup(it => it.Announce(It.IsAny<ScopeContext>(), It.IsAny<CapturedFact>())).Throws(new InvalidOperationException("broken"));
        settler.Setup(it => it.CommitAsync(It.IsAny<ScopeContext>(), It.IsAny<IReadOnlyList<ScopeFact>>(), It.IsAny<CancellationToken>()))
            .Throws(new InvalidOperationException("broken"));
        await using var app = await StartAsync(onKestrel, services => services.AddSingleton(settler.Object));

        await HostVisit.AssertUnchangedAsync(app, onKestrel);

        var places = app.Log.Ours.Where(line => line.Id == 101).ToList();
        Assert.NotEmpty(places);
        Assert.All(places, line => Assert.Equal((LogLevel.Error, "broken"), (line.Level, line.Exception?.Message)));
        Assert.Equal(places.DistinctBy(line => line.Message.Split(';')[0]), places);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_store_that_throws_is_logged_once_and_gets_everything_once_it_is_mended(bool onKestrel)
    {
        using var store = new ScriptedStore();
        store.BeforeWriting(_ => throw new IOException("disk full"));
        await using var app = await StartAsync(onKestrel, services => services.AddSingleton<IOutboxStore>(store));

        await HostVisit.AssertUnchangedAsync(app, onKestrel);

        var line = Assert.Single(app.Log.Ours, line => line.Level >= LogLevel.Error);
        Assert.Equal((301, "disk full"), (line.Id, line.Exception?.Message));
        Assert.Empty(store.Rows);
        store.BeforeWriting(_ => Task.CompletedTask);
        Assert.Equal(["identify", "Signed Up", "Signed In", "Signed Out"], (await store.RowsAsync(4)).Select(row => row.EventName));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_store_that_hangs_costs_one_time_out_and_gets_everything_once_it_answers(bool onKestrel)
    {
        using var store = new ScriptedStore();
        var release = store.Hang();
        await using var app = await StartAsync(onKestrel, services => services.AddSingleton<IOutboxStore>(store));

        await HostVisit.AssertUnchangedAsync(app, onKestrel);

        Assert.Single(app.Log.Ours, line => line.Id == 302);
        release.SetResult();
        Assert.Equal(["identify", "Signed Up", "Signed In", "Signed Out"], (await store.RowsAsync(4)).Select(row => row.EventName));
        Assert.DoesNotContain(app.Log.Ours, line => line.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task A_buffer_that_overflows_costs_events_that_are_counted_and_no_answer()
    {
        using var store = new ScriptedStore();
        var release = store.Hang();
        await using var app = await StartAsync(onKestrel: false, services => services.AddSingleton<IOutboxStore>(store), ("Outbox:BufferCapacity", "100"));
        var appender = app.Services.GetRequiredService<IOutboxAppender>();
        appender.Append(OutboxSample.Intent(1));
        await store.AttemptedAsync(1);
        for (var id = 2L; appender.Append(OutboxSample.Intent(id)); id++)
        {
        }

        await HostVisit.AssertUnchangedAsync(app, onKestrel: false);

        Assert.Single(app.Log.Ours, line => line is { Id: 300, Level: LogLevel.Error });
        release.SetResult();
    }

    [Fact]
    public async Task Enrichment_that_throws_falls_back_to_the_bare_events()
    {
        // What enrichment reads of the options can no longer be read.
        var options = new Mock<IOptionsFactory<IntileryOptions>>();
        options.Setup(it => it.Create(Options.DefaultName)).Throws(new InvalidOperationException("broken"));
        await using var app = await StartAsync(onKestrel: false, services => services.AddSingleton(provider => new EnrichmentPolicy(
            new LastGoodOptions(options.Object, [], provider.GetRequiredService<LifecycleDiagnostics>()),
            provider.GetRequiredService<MessageOrigin>())));

        await HostVisit.AssertUnchangedAsync(app, onKestrel: false);

        Assert.Equal(["Signed Up", "Signed In", "Signed Out"], await app.EventsAsync());
        var line = Assert.Single(app.Log.Ours, line => line.Level >= LogLevel.Error);
        Assert.Equal((101, "broken"), (line.Id, line.Exception?.Message));
    }

    private static Task<IdentityApp> StartAsync(bool onKestrel, Action<IServiceCollection> breakIt, params (string Key, string Value)[] settings) =>
        IdentityApp.StartAsync(new IdentityAppSetup
        {
            OnKestrel = onKestrel,
            Services = breakIt,
            Settings = settings.Append(("Outbox:CommitTimeout", _commitTimeout.ToString())).ToDictionary(pair => "Intilery:" + pair.Item1, pair => (string?)pair.Item2),
        });
}
