using Intilery.AspNetCore.Commands;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Hosting;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Scopes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Delivery;

/// <summary>Reports whether events are kept and delivered, and what to do where they are not.</summary>
internal sealed class IntileryHealthCheck(IServiceProvider services) : IHealthCheck
{
    /// <summary>How long a rejection counts as news.</summary>
    public static readonly TimeSpan RejectionWindow = TimeSpan.FromHours(1);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (services.GetService<RuntimeMode>() is not { } mode)
        {
            return new HealthCheckResult(
                context.Registration.FailureStatus,
                "The services of Intilery lifecycle tracking are not registered: call builder.Services.AddIntilery().");
        }

        var options = services.GetRequiredService<IOptionsMonitor<IntileryOptions>>().CurrentValue;
        if (!options.Enabled)
        {
            return HealthCheckResult.Healthy("Switched off by Intilery:Enabled.");
        }

        if (!services.GetRequiredService<CaptureSwitch>().IsOn)
        {
            return HealthCheckResult.Degraded("Nothing is captured: call app.UseIntileryLifecycleTracking() before app.Run().");
        }

        return mode.KeepsEvents
            ? await CheckOutboxAsync(context.Registration.FailureStatus, options, mode, cancellationToken).ConfigureAwait(false)
            : HealthCheckResult.Healthy("Events are captured and shown, but neither kept nor delivered.");
    }

    private async Task<HealthCheckResult> CheckOutboxAsync(
        HealthStatus failure, IntileryOptions options, RuntimeMode mode, CancellationToken cancellationToken)
    {
        var inspection = services.GetRequiredService<OutboxInspection>();
        var faults = Faults().ToList();
        OutboxSnapshot? snapshot = null;
        try
        {
            snapshot = await inspection.LookAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            services.GetRequiredService<LifecycleDiagnostics>().Failed("looking at the outbox", exception);
            if (faults.Count == 0)
            {
                faults.Add(Unread(exception, inspection.Last));
            }
        }

        var doubts = Doubts(snapshot, options.Delivery, mode).ToList();
        var status = faults.Count > 0 ? failure : HealthStatus.Healthy;
        if (doubts.Count > 0 && status > HealthStatus.Degraded)
        {
            status = HealthStatus.Degraded;
        }

        string[] said = [.. faults, .. doubts];
        return new HealthCheckResult(
            status,
            said.Length > 0
                ? string.Join(' ', said)
                : mode.Delivers
                ? "Events are kept and delivered."
                : "Events are kept; this process does not deliver them.",
            data: DataOf(snapshot ?? inspection.Last));
    }

    private static Dictionary<string, object> DataOf(OutboxSnapshot? snapshot) => snapshot is null ? [] : new()
    {
        ["backlog"] = snapshot.Rows,
        ["backlogAge"] = snapshot.Age,
        ["deadLetters"] = snapshot.DeadLetters,
    };

    // What is the application's own to mend.
    private IEnumerable<string> Faults()
    {
        var (store, writer) = (services.GetRequiredService<IOutboxStore>(), services.GetRequiredService<OutboxWriter>());
        if (store.Fault is { } fault)
        {
            yield return $"{fault} Events wait in memory until then.";
        }
        else if (writer.Fault is not null || writer.IsStalled)
        {
            yield return $"The outbox cannot be written: {store.Description}. {StoreFaults.AdviceFor(writer.Fault) ?? "The log has the reason."} Events wait in memory until it can be.";
        }
    }

    private string Unread(Exception exception, OutboxSnapshot? last)
    {
        var store = services.GetRequiredService<IOutboxStore>().Description;
        return (exception is TimeoutException
                ? $"The outbox did not answer within {new Duration(OutboxInspection.Patience)}: {store}. Check its database or disk, and what locks its tables."
                : $"The outbox cannot be read: {store}. The log has the reason.")
            + (last is null ? string.Empty : $" At {DeliveryAdvice.At(last.At)}, {Waiting(last)}.");
    }

    private static string Waiting(OutboxSnapshot? snapshot) =>
        snapshot is null ? "events may wait" : Plural.Of(snapshot.Rows, "event waits", "events wait");

    // Nothing of their users is delivered before them.
    private static string Unfinished(OutboxSnapshot snapshot) =>
        snapshot.Unfinished == 0
            ? string.Empty
            : $"{Plural.Of(snapshot.Unfinished, "saved change is", "saved changes are")} not an event yet and may hold others back. ";

    // What is Intilery's to mend, or the set-up's: no reason to take an application out of service.
    private IEnumerable<string> Doubts(OutboxSnapshot? snapshot, IntileryDeliveryOptions delivery, RuntimeMode mode)
    {
        var (state, time) = (services.GetRequiredService<DeliveryState>(), services.GetRequiredService<HostClock>().Time);
        var target = mode.Delivers ? services.GetRequiredService<DeliveryTarget>().Current : null;
        if (state.Pause is { } pause && pause.Settings == target)
        {
            yield return DeliveryAdvice.For(pause, Waiting(snapshot));
        }

        if (!services.GetRequiredService<IOutboxStore>().SurvivesProcess)
        {
            yield return "Events wait in memory and survive a graceful stop only: set Intilery:Outbox:Path to a writable folder.";
        }

        if (snapshot?.Age > delivery.MaxBacklogAge)
        {
            yield return $"{Waiting(snapshot)}, the first for {new Duration(snapshot.Age)}. " + Unfinished(snapshot)
                + (mode.Delivers ? "The log has Intilery's answers." : "This process does not deliver: check that another process that shares its outbox does.");
        }

        if (state.Trouble is { } trouble && trouble.Settings == target && snapshot is not { Rows: 0 })
        {
            yield return DeliveryAdvice.For(trouble, Waiting(snapshot));
        }

        if (snapshot?.Elsewhere > 0)
        {
            yield return $"{Plural.Of(snapshot.Elsewhere, "event waits", "events wait")} for another destination than the configured one: "
                + "IIntileryOutbox.ListOtherDestinationsAsync lists them, to be redirected or purged.";
        }

        if (snapshot?.Newer > 0 && snapshot.Age > delivery.MaxBacklogAge)
        {
            yield return $"{Plural.Of(snapshot.Newer, "entry", "entries")} of the outbox are of a newer version of Intilery.AspNetCore, which this process leaves alone: "
                + "see that a process of that version runs, or update this one.";
        }

        if (IsRecent(state.LastRejection))
        {
            yield return $"Intilery rejected events within the last hour; {Kept(snapshot)}. IIntileryOutbox lists them with its reasons.";
        }

        if (IsRecent(services.GetRequiredService<OutboxWriter>().LastSetAside))
        {
            yield return $"The outbox refused events for good within the last hour; {Kept(snapshot)}. IIntileryOutbox lists them, and the log has what was lost.";
        }

        bool IsRecent(long? timestamp) => timestamp is { } at && time.GetElapsedTime(at) < RejectionWindow;

        static string Kept(OutboxSnapshot? seen) =>
            seen is null ? "dead letters are kept" : $"{Plural.Of(seen.DeadLetters, "dead letter is", "dead letters are")} kept";
    }
}
