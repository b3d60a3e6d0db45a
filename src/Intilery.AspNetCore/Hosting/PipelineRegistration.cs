using Intilery.AspNetCore.Backfill;
using Intilery.AspNetCore.Capture.EntityFramework;
using Intilery.AspNetCore.Commands;
using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Delivery;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.EntityFramework;
using Intilery.AspNetCore.Outbox.Memory;
using Intilery.AspNetCore.Scopes;
using Intilery.AspNetCore.Trials;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Hosting;

/// <summary>
/// Registers the rooms after capture. Their services are not created before tracking is armed: creating them opens the outbox.
/// </summary>
internal static class PipelineRegistration
{
    private const int RememberedUsers = 10_000;
    private static readonly TimeSpan _identifyInterval = TimeSpan.FromDays(1);
    private static readonly TimeSpan _ticketInterval = TimeSpan.FromHours(1);

    public static void Add(IServiceCollection services)
    {
        AddEnrich(services);
        AddOutbox(services);
        AddDeliver(services);
        AddOperations(services);
    }

    private static void AddEnrich(IServiceCollection services)
    {
        services.AddSingleton(provider => MessageOrigin.Of(provider.GetRequiredService<IHostEnvironment>()));
        services.AddSingleton<EnrichmentPolicy>();
        services.AddSingleton(provider => new SessionCoalescer(
            provider.GetRequiredService<EnrichmentPolicy>(),
            new BoundedMemory<string>(RememberedUsers, _ticketInterval, provider.GetRequiredService<HostClock>().Time),
            provider.GetRequiredService<LifecycleDiagnostics>()));
        services.AddSingleton(provider => new BoundedMemory<KnownPerson>(
            RememberedUsers, _identifyInterval, provider.GetRequiredService<HostClock>().Time));
        services.AddSingleton<UserCoalescer>();
        services.AddSingleton<MembershipCoalescer>();
        services.AddSingleton<ScopeComposer>();
        services.AddWithClock<CommitWriter>();
        services.AddSingleton<ExclusionFilter>();
        services.AddWithClock<EnricherChain>();
        services.AddWithClock<TenantResolution>();
        services.AddWithClock<MemberLookup>();
        services.AddSingleton<ScopeMessages>();
        services.AddSingleton(provider => new TrialScheduling(
            provider.GetRequiredService<TrialClockPolicy>().Placement, provider.GetRequiredService<LifecycleDiagnostics>()));
        services.AddWithClock<TrialOwners>();
        services.AddSingleton<MappedTrials>();
        services.AddSingleton<TrialEndings>();
        services.AddWithClock<TrialAdoption>();
        services.AddSingleton<ObservedOutbox>();
        services.AddSingleton<IScopeCommitter, ScopeCommitter>();
        services.AddSingleton<ISaveJournal, SaveJournal>();
        services.AddWithClock<IntentRecovery>();
    }

    private static void AddOutbox(IServiceCollection services)
    {
        services.AddWithClock<RowIdSequence>();
        services.AddSingleton<OutboxSignal>();
        services.AddSingleton(provider => new PayloadProtection(
            provider.GetService<IDataProtectionProvider>,
            provider.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue.Outbox.Protect));
        services.AddSingleton<OutboxPlacement>();
        services.AddSingleton<IDeliveryLease, SoleOwner>();
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue.Outbox;
            return provider.GetRequiredService<RuntimeMode>().IsTestServer && options.Path is null
                ? provider.GetRequiredService<OutboxPlacement>().OpenMemory()
                : provider.GetRequiredService<OutboxPlacement>().Open(
                    options, provider.GetRequiredService<IHostEnvironment>().ContentRootPath);
        });
        services.AddSingleton<IOutboxReader>(provider => provider.GetRequiredService<IOutboxStore>());
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue.Outbox;
            var store = provider.GetRequiredService<IOutboxStore>();
            return new OutboxWriter(
                store,
                provider.GetRequiredService<OutboxSignal>(),
                new OutboxWriterSettings(options.CommitTimeout, options.BufferCapacity),
                provider.GetRequiredService<LifecycleDiagnostics>(),
                provider.GetRequiredService<HostClock>().Time,
                store.SurvivesProcess ? provider.GetRequiredService<OutboxSpill>() : null);
        });
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue.Outbox;
            return new OutboxSpill(
                SpillFolder.Of(
                    options,
                    provider.GetRequiredService<IOutboxStore>().Folder,
                    provider.GetRequiredService<IHostEnvironment>().ContentRootPath,
                    provider.GetRequiredService<RuntimeMode>().IsTestServer),
                options.MaxBytes,
                provider.GetRequiredService<PayloadProtection>(),
                provider.GetRequiredService<LifecycleDiagnostics>());
        });
        services.AddSingleton<IOutboxAppender>(provider =>
            provider.GetRequiredService<RuntimeMode>().KeepsEvents
                ? provider.GetRequiredService<OutboxWriter>()
                : provider.GetRequiredService<CaptureOnlyOutbox>());
        services.AddSingleton(provider =>
        {
            var diagnostics = provider.GetRequiredService<LifecycleDiagnostics>();

            // What is personal belongs in no log but a developer's.
            var showsContent = provider.GetRequiredService<IHostEnvironment>().IsDevelopment()
                || !provider.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue.CaptureOnly;
            return new CaptureOnlyOutbox(
                new MemoryOutboxStore(
                    new MemoryTrials(MemoryTrials.DefaultCapacity, diagnostics), new CapturedLog(diagnostics, showsContent).Write),
                provider.GetRequiredService<OutboxSignal>(),
                diagnostics);
        });
    }

    private static void AddDeliver(IServiceCollection services)
    {
        services.AddWithClock<DeliveryDiagnostics>();
        services.AddSingleton<DeliveryState>();
        services.AddSingleton<DeliveryHttpClient>();
        services.AddWithClock<TrackingApiClient>();
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue.Delivery;
            return new RequestRate(options.RequestsPerSecond, options.RequestBurst, provider.GetRequiredService<HostClock>().Time);
        });
        services.AddSingleton<BatchSender>();
        services.AddSingleton(_ => new Backoff(Random.Shared.NextDouble));
        services.AddSingleton<BatchDelivery>();
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptionsMonitor<IntileryOptions>>();
            return new DeliveryTarget(
                () => DeliverySettings.Of(options.CurrentValue),
                changed => options.OnChange((_, _) => changed()),
                provider.GetRequiredService<HostClock>().Time);
        });
        services.AddSingleton<DeliveryWorker>();
        services.AddWithClock<OrphanWatch>();
        services.AddWithClock<OutboxHeartbeat>();
    }

    private static void AddOperations(IServiceCollection services)
    {
        services.AddSingleton<OutboxFlush>();
        services.AddWithClock<DeadLetterRetention>();
        services.AddSingleton(provider => provider.GetRequiredService<RuntimeMode>().KeepsEvents
            ? ActivatorUtilities.CreateInstance<TrialClock>(
                provider, provider.GetRequiredService<IOutboxStore>(), provider.GetRequiredService<HostClock>().Time)
            : ActivatorUtilities.CreateInstance<TrialClock>(
                provider,
                provider.GetRequiredService<CaptureOnlyOutbox>().Store,
                new SoleOwner(),
                provider.GetRequiredService<HostClock>().Time));
        services.AddSingleton<TrialClockPolicy>();
        services.AddWithClock<OutboxInspection>();
        services.AddWithClock<SampleCommand>();
        services.AddWithClock<IntileryCommand>();
        if (Environment.GetCommandLineArgs() is [_, "intilery", ..])
        {
            // Scripts read the output of a command from the standard output.
            services.PostConfigure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);

            // Nor is the bar of a backfill lost among the SQL of its pages. The first rule: the application's own of the category, or of a
            // longer one, wins.
            services.PostConfigure<LoggerFilterOptions>(
                filters => filters.Rules.Insert(0, new LoggerFilterRule(null, "Microsoft", LogLevel.Warning, null)));
        }

        AddBackfill(services);
        services.AddWithClock<BackfillCommand>();
        services.AddSingleton<BackfillJob>();
        services.AddSingleton<OperatorCommands>();
        services.AddSingleton<OwnerRequestLoop>();
        services.AddSingleton<IIntileryOutbox, OutboxOperations>();
        services.AddSingleton<StartupReport>();
        services.AddTransient<MappingCheck>();
        services.AddSingleton(CreateRuntime);
    }

    private static void AddBackfill(IServiceCollection services)
    {
        services.TryAddSingleton(BackfillSettings.Default);
        services.AddWithClock<BackfillWriter>();
        services.AddSingleton<IIntileryBackfill>(provider => new BackfillOperations(
            provider.GetRequiredService<CaptureSwitch>(),
            () => provider.GetRequiredService<RuntimeMode>().KeepsEvents,
            isDryRun => CreateBackfill(provider, isDryRun)));
    }

    // A dry run opens no outbox.
    private static BackfillRun CreateBackfill(IServiceProvider services, bool isDryRun)
    {
        var time = services.GetRequiredService<HostClock>().Time;
        return new BackfillRun(
            ActivatorUtilities.CreateInstance<BackfillPages>(services, time),
            services.GetRequiredService<ScopeMessages>(),
            services.GetRequiredService<TrialClockPolicy>().Placement == TrialPlacement.Refused
                ? null
                : services.GetRequiredService<TrialAdoption>(),
            isDryRun ? null : services.GetRequiredService<BackfillWriter>(),
            services.GetRequiredService<BackfillSettings>(),
            services.GetRequiredService<LifecycleDiagnostics>(),
            time);
    }

    private static TrackingRuntime CreateRuntime(IServiceProvider services)
    {
        var mode = services.GetRequiredService<RuntimeMode>();
        var trials = services.GetRequiredService<TrialClockPolicy>();
        trials.Check(services.GetServices<EntityMapping>());

        // A faulty configuration of the client fails here, not in the first request.
        services.GetRequiredService<IScopeCommitter>();
        var loops = new List<IBackgroundLoop>();
        if (mode.KeepsEvents)
        {
            var store = services.GetRequiredService<IOutboxStore>();
            services.GetRequiredService<LifecycleDiagnostics>().LogOnce(
                exception => store.Fault is not null && StoreFaults.IsOfStore(StoreFaults.Of(exception)));
            services.GetRequiredService<OutboxInspection>().Report();
            loops.Add(services.GetRequiredService<DeadLetterRetention>());
            if (store.Folder is not null)
            {
                loops.Add(services.GetRequiredService<OwnerRequestLoop>());
                loops.Add(services.GetRequiredService<BackfillJob>());
            }
        }

        if (mode.Delivers)
        {
            // A process that only records would take over events that another one delivers.
            loops.Add(services.GetRequiredService<OrphanWatch>());
        }

        if (trials.RunsClock)
        {
            loops.Add(mode.KeepsEvents
                ? services.GetRequiredService<TrialClock>()
                : new FirstTrialClock(services.GetRequiredService<OutboxSignal>(), services.GetRequiredService<TrialClock>));
        }

        return new TrackingRuntime(
            loops,
            mode.KeepsEvents ? CreateOutbox(services, mode) : null,
            services.GetRequiredService<StartupReport>(),
            services.GetRequiredService<IOptionsMonitor<IntileryOptions>>(),
            services.GetRequiredService<HostClock>().Time,
            services.GetRequiredService<LifecycleDiagnostics>());
    }

    private static OutboxRuntime CreateOutbox(IServiceProvider services, RuntimeMode mode) => new(
        services.GetRequiredService<OutboxWriter>(),
        services.GetRequiredService<IOutboxStore>(),
        services.GetRequiredService<OrphanWatch>(),
        services.GetRequiredService<OutboxHeartbeat>(),
        mode.Delivers ? services.GetRequiredService<DeliveryWorker>() : null,
        services.GetRequiredService<RowIdSequence>(),
        services.GetRequiredService<LifecycleDiagnostics>());
}

/// <summary>Replaces the embedded outbox by the application's database.</summary>
internal static class SharedOutboxRegistration
{
    public static void Replace<TContext>(IServiceCollection services)
        where TContext : DbContext
    {
        services.Replace(ServiceDescriptor.Singleton<IOutboxSessions, OutboxSessions<TContext>>());
        services.TryAddWithClock<HeartbeatMonitor>();
        services.TryAddSingleton<IOpenScopes, OpenScopes>();
        services.TryAddSingleton<NodeRegistry>();
        services.TryAddSingleton<OutboxAvailability>();
        services.TryAddWithClock<DeliveryLease>();
        services.TryAddWithClock<NodeHeartbeat>();
        services.TryAddSingleton<INodeHeartbeat>(provider => provider.GetRequiredService<NodeHeartbeat>());
        services.TryAddSingleton<ITransactionalOutbox, TransactionalOutbox>();
        services.TryAddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptionsMonitor<IntileryOptions>>();
            return new LeaseTime(() => options.CurrentValue.Delivery.RequestTimeout);
        });
        services.Replace(ServiceDescriptor.Singleton<IDeliveryLease>(provider => provider.GetRequiredService<DeliveryLease>()));
        services.Replace(ServiceDescriptor.Singleton<IOutboxStore>(provider =>
        {
            var store = ActivatorUtilities.CreateInstance<EntityFrameworkOutboxStore>(
                provider, provider.GetRequiredService<HostClock>().Time);
            store.Open();
            return store;
        }));
    }
}
