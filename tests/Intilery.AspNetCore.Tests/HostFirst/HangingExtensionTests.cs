using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.HostFirst;

/// <summary>Code that the application plugs in throws or does not return: its users get the answers that they would get without it.</summary>
public sealed class HangingExtensionTests : IDisposable
{
    private static readonly string[] _all = ["identify", "Signed Up", "Signed In", "Signed Out"];

    private readonly Gate _gate = new();
    private readonly ScratchFolder _outbox = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_enricher_that_throws_changes_no_answer(bool onKestrel)
    {
        await using var app = await StartAsync(onKestrel, services => services.AddIntilery().AddEnricher<ThrowingExtension>());

        await HostVisit.AssertUnchangedAsync(app, onKestrel);

        Assert.Equal(_all, await app.EventsAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_enricher_that_hangs_costs_one_time_out_and_the_events_go_as_they_were(bool onKestrel)
    {
        await using var app = await StartAsync(onKestrel, services => services.AddIntilery().AddEnricher<HangingExtension>());

        await HostVisit.AssertUnchangedAsync(app, onKestrel);

        Assert.Equal(_all, await app.EventsAsync());
        Assert.Single(app.Log.Ours, line => line.Id == 205);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_observer_that_throws_changes_no_answer(bool onKestrel)
    {
        await using var app = await StartAsync(onKestrel, services => services.AddIntilery().AddObserver<ThrowingExtension>());

        await HostVisit.AssertUnchangedAsync(app, onKestrel);

        Assert.Equal(_all, await app.EventsAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_observer_that_hangs_costs_one_time_out_and_no_event(bool onKestrel)
    {
        await using var app = await StartAsync(onKestrel, services => services.AddIntilery().AddObserver<HangingExtension>());

        await HostVisit.AssertUnchangedAsync(app, onKestrel);

        Assert.Equal(_all, await app.EventsAsync());
        Assert.Single(app.Log.Ours, line => line.Id == 203);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(true, false)]
    public async Task A_tenant_resolver_that_throws_or_hangs_costs_the_tenant_alone(bool onKestrel, bool hangs)
    {
        await using var app = await StartAsync(onKestrel, services => _ = hangs
            ? services.AddIntilery().UseTenantResolver<HangingExtension>()
            : services.AddIntilery().UseTenantResolver<ThrowingExtension>());

        await HostVisit.AssertUnchangedAsync(app, onKestrel);

        Assert.Equal(_all, await app.EventsAsync());
        Assert.All(await app.RecordedAsync(), call => Assert.Null(call.GroupId));
        Assert.Equal(3, app.Log.Ours.Count(line => line.Message == "An event is sent without its account (context.groupId): unresolved-tenant."));
    }

    public void Dispose()
    {
        _gate.Opened.Set();
        _gate.Opened.Dispose();
        _outbox.Dispose();
    }

    private Task<IdentityApp> StartAsync(bool onKestrel, Action<IServiceCollection> extend) => IdentityApp.StartAsync(new IdentityAppSetup
    {
        OnKestrel = onKestrel,
        Services = services =>
        {
            services.AddSingleton(_gate);
            extend(services);
        },
        Settings = new() { ["Intilery:Outbox:CommitTimeout"] = "00:00:00.200", ["Intilery:Outbox:Path"] = _outbox.Path },
    });

    private sealed class Gate
    {
        public ManualResetEventSlim Opened { get; } = new();
    }

    private sealed class ThrowingExtension : IEventEnricher, ILifecycleEventObserver, ILifecycleTenantResolver
    {
        public void Enrich(EventEnrichment enrichment) => throw new InvalidOperationException("broken");

        public void OnRecorded(RecordedEvent recorded) => throw new InvalidOperationException("broken");

        public ValueTask<string?> ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("broken");
    }

    private sealed class HangingExtension(Gate gate) : IEventEnricher, ILifecycleEventObserver, ILifecycleTenantResolver
    {
        public void Enrich(EventEnrichment enrichment) => gate.Opened.Wait(TestContext.Current.CancellationToken);

        public void OnRecorded(RecordedEvent recorded) => gate.Opened.Wait(TestContext.Current.CancellationToken);

        public ValueTask<string?> ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken)
        {
            // Before it has even begun to be asynchronous, and deaf to the token.
            gate.Opened.Wait(TestContext.Current.CancellationToken);
            return new("late");
        }
    }
}
