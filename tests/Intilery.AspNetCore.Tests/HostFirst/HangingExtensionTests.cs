using System.Diagnostics;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.HostFirst;

/// <summary>Code that the application plugs in throws or does not return: its users get the answers that they would get without it.</summary>
public sealed class HangingExtensionTests : IDisposable
{
    private static readonly string[] _all = ["identify", "Signed Up", "Signed In", "Signed Out"];

    // Real time: many times the time-out, for machines that are busy with other things.
    private static readonly TimeSpan _generous = TimeSpan.FromSeconds(20);

    private readonly Gate _gate = new();
    private readonly ScratchFolder _outbox = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_enricher_that_throws_changes_no_answer(bool onKestrel)
    {
        await using var app = await StartAsync(onKestrel, services => services.AddIntilery().AddEnricher<ThrowingExtension>());

        Assert.Equal(await WithoutTheLineAsync(onKestrel), await VisitAsync(app));

        Assert.Equal(_all, await app.EventsAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_enricher_that_hangs_costs_one_time_out_and_the_events_go_as_they_were(bool onKestrel)
    {
        await using var app = await StartAsync(onKestrel, services => services.AddIntilery().AddEnricher<HangingExtension>());
        var clock = Stopwatch.StartNew();

        Assert.Equal(await WithoutTheLineAsync(onKestrel), await VisitAsync(app));

        Assert.True(clock.Elapsed < _generous, $"took {clock.Elapsed}");
        Assert.Equal(_all, await app.EventsAsync());
        Assert.Single(app.Log.Ours, line => line.Id == 205);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_observer_that_throws_changes_no_answer(bool onKestrel)
    {
        await using var app = await StartAsync(onKestrel, services => services.AddIntilery().AddObserver<ThrowingExtension>());

        Assert.Equal(await WithoutTheLineAsync(onKestrel), await VisitAsync(app));

        Assert.Equal(_all, await app.EventsAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_observer_that_hangs_costs_one_time_out_and_no_event(bool onKestrel)
    {
        await using var app = await StartAsync(onKestrel, services => services.AddIntilery().AddObserver<HangingExtension>());
        var clock = Stopwatch.StartNew();

        Assert.Equal(await WithoutTheLineAsync(onKestrel), await VisitAsync(app));

        Assert.True(clock.Elapsed < _generous, $"took {clock.Elapsed}");
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
        var clock = Stopwatch.StartNew();

        Assert.Equal(await WithoutTheLineAsync(onKestrel), await VisitAsync(app));

        Assert.True(clock.Elapsed < _generous, $"took {clock.Elapsed}");
        Assert.Equal(_all, await app.EventsAsync());
        Assert.All(await app.RecordedAsync(), call => Assert.Null(call.GroupId));
        Assert.Equal(3, app.Log.Ours.Count(line => line.Message == "An event goes without its account (context.groupId): unresolved-tenant."));
    }

    public void Dispose()
    {
        _gate.Opened.Set();
        _gate.Opened.Dispose();
        _outbox.Dispose();
    }

    private static async Task<IReadOnlyList<HostAnswer>> WithoutTheLineAsync(bool onKestrel)
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup { OnKestrel = onKestrel, WriteTheLine = false });
        return await VisitAsync(app);
    }

    // Registers, which signs in, and signs out.
    private static async Task<IReadOnlyList<HostAnswer>> VisitAsync(IdentityApp app)
    {
        using var browser = app.OpenBrowser();
        var registered = await HostAnswer.OfAsync(await browser.SubmitAsync(
            "/Identity/Account/Register", ("Input.Email", "new@example.com"), ("Input.Password", "Pa55word!"), ("Input.ConfirmPassword", "Pa55word!")));
        var signedOut = await HostAnswer.OfAsync(await browser.SubmitAsync("/Identity/Account/Logout"));
        return [registered, signedOut];
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

    private sealed class ThrowingExtension : IEventEnricher, ILifecycleEventObserver, ITenantResolver
    {
        public void Enrich(EventEnrichment enrichment) => throw new InvalidOperationException("broken");

        public void OnRecorded(RecordedEvent recorded) => throw new InvalidOperationException("broken");

        public ValueTask<string?> ResolveAsync(TenantResolutionContext context, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("broken");
    }

    private sealed class HangingExtension(Gate gate) : IEventEnricher, ILifecycleEventObserver, ITenantResolver
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
