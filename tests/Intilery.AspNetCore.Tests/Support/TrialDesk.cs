using System.Text;
using Intilery.AspNetCore.Capture.EntityFramework;
using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Hosting;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Trials;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Moq;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>The trial clock and what feeds it, over any store, without the rest of an application.</summary>
internal sealed class TrialDesk : IDisposable
{
    private readonly ServiceProvider _services;
    private readonly TestDiagnostics _diagnostics;
    private readonly CommitWriter _writer;
    private readonly OutboxSignal _signal = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;
    private int _messages;

    public TrialDesk(IOutboxStore store, TimeProvider time, IDeliveryLease? lease = null, Action<IServiceCollection>? services = null, Action<IntileryOptions>? configure = null,
        Type[]? contexts = null)
    {
        var collection = new ServiceCollection();
        services?.Invoke(collection);
        _services = collection.BuildServiceProvider(validateScopes: true);
        _diagnostics = new TestDiagnostics(time);
        var ids = new RowIdSequence(time);
        var options = new LastGoodOptions(
            new OptionsFactory<IntileryOptions>([new ConfigureOptions<IntileryOptions>(configure)], []), [], _diagnostics.Diagnostics);
        var policy = new EnrichmentPolicy(options, new MessageOrigin("Intilery.AspNetCore", "1.0.0", "Shop", null));
        _writer = new CommitWriter(
            ids,
            time,
            new TrialScheduling(TrialPlacement.Durable, _diagnostics.Diagnostics),
            _diagnostics.Diagnostics);
        Owners = new TrialOwners(_services.GetRequiredService<IServiceScopeFactory>(), _diagnostics.Diagnostics, time);
        var rows = new MappedTrials(
            _services.GetServices<EntityMapping>(),
            new ApplicationContexts(
                contexts ?? [], _services.GetRequiredService<IServiceScopeFactory>(), _diagnostics.Diagnostics, _services.GetService<TenantList>()));
        var endings = new TrialEndings(
            Owners,
            rows,
            policy,
            new EnricherChain([], policy, time, _diagnostics.Diagnostics),
            ids,
            new ObservedOutbox(Mock.Of<IOutboxAppender>(), new LifecycleFeed(new FailureLog(time), NullLoggerFactory.Instance, time), policy),
            _diagnostics.Diagnostics);
        Store = store;
        Clock = new TrialClock(store, endings, new TrialAdoption(rows, ids, options, time), lease ?? new SoleOwner(), _signal, _diagnostics.Diagnostics, time);
    }

    public IOutboxStore Store { get; }

    public TrialClock Clock { get; }

    public TrialOwners Owners { get; }

    public LogLines Log => _diagnostics.Log;

    /// <summary>Records an event as a scope's commit does.</summary>
    public async Task RecordAsync(LifecycleEvent track, string? userId = "u1", string? groupId = "acct_1")
    {
        var message = new Message { Event = track, UserId = userId, GroupId = groupId, MessageId = $"m{++_messages}" };
        await Store.WriteAsync(new OutboxWrite(null, _writer.Write(OutboxSample.Here, [], [new ComposedMessage(message, null)])));
        _signal.SetTrials();
    }

    /// <summary>Records starts, each of its own account, in one transaction.</summary>
    public async Task RecordAllAsync(string destination, IEnumerable<TrialStarted> trials)
    {
        var messages = trials.Select(started => new Message { Event = started, UserId = "u1", GroupId = started.GroupId, MessageId = $"m{++_messages}" });
        await Store.WriteAsync(new OutboxWrite(null, _writer.Write(destination, [], [.. messages.Select(message => new ComposedMessage(message, null))])));
    }

    /// <summary>Returns the calls that wait, in order, but for the starts.</summary>
    public async Task<IReadOnlyList<ReceivedCall>> EndedAsync(string destination = OutboxSample.Here) =>
        [.. (await RecordedAsync(destination)).Where(call => call.Event == "Trial Ended")];

    public async Task<IReadOnlyList<ReceivedCall>> RecordedAsync(string destination = OutboxSample.Here)
    {
        var rows = await Store.ReadAsync(destination, DateTimeOffset.MaxValue, int.MaxValue, CancellationToken.None);
        return [.. rows.Select(row => new ReceivedCall(row.Destination, Encoding.UTF8.GetString(row.Payload.Span)))];
    }

    /// <summary>Lets the clock look once.</summary>
    public Task<TimeSpan> LookAsync() => Clock.EndDueAsync(CancellationToken.None);

    /// <summary>Sets the clock to work.</summary>
    public void Run() => _running = Task.Run(() => Clock.RunAsync(_stopping.Token));

    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _running.WaitAsync(Patience.Limit);
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _signal.Dispose();
        _diagnostics.Dispose();
        _services.Dispose();
    }
}
