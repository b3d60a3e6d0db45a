using Intilery.AspNetCore.Capture;
using Intilery.AspNetCore.Deliver;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Setup;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Intilery.AspNetCore.Operations;

/// <summary>Says whether events are kept and delivered, and what to do where they are not.</summary>
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
                context.Registration.FailureStatus, "The services of Intilery lifecycle tracking are not registered: call builder.Services.AddIntilery().");
        }

        var options = services.GetRequiredService<LiveOptions>().Current;
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
        var unhealthy = Faults().ToList();
        var degraded = new List<string>();
        var data = new Dictionary<string, object>();
        try
        {
            // A store that hangs must not hang the caller.
            var inspection = services.GetRequiredService<OutboxInspection>();
            var snapshot = await Task.Run(() => inspection.LookAsync(cancellationToken), cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
            data["backlog"] = snapshot.Rows;
            data["backlogAge"] = snapshot.Age;
            data["deadLetters"] = snapshot.DeadLetters;
            degraded.AddRange(Doubts(snapshot, options.Delivery, mode));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            if (unhealthy.Count == 0)
            {
                unhealthy.Add("The outbox cannot be read. The log says why.");
            }
        }

        var status = unhealthy.Count > 0 ? failure : degraded.Count > 0 ? HealthStatus.Degraded : HealthStatus.Healthy;
        return new HealthCheckResult(
            status, status == HealthStatus.Healthy ? "Events are kept and delivered." : string.Join(' ', unhealthy.Concat(degraded)), data: data);
    }

    private IEnumerable<string> Faults()
    {
        var (store, writer) = (services.GetRequiredService<IOutboxStore>(), services.GetRequiredService<OutboxWriter>());
        if (store.Fault is { } fault)
        {
            yield return $"{fault} Events wait in memory until then.";
        }
        else if (writer.IsFailing || writer.IsStalled)
        {
            yield return $"The outbox cannot be written: {store.Description}. Events wait in memory; see that "
                + "its disk or database is there, has room and may be written. It heals by itself.";
        }

        var target = services.GetRequiredService<DeliveryTarget>();
        if (services.GetRequiredService<DeliveryState>().Pause is { } pause && pause.Settings == target.Current)
        {
            yield return PauseAdvice.For(pause);
        }
    }

    private IEnumerable<string> Doubts(OutboxSnapshot snapshot, DeliveryOptions delivery, RuntimeMode mode)
    {
        if (!services.GetRequiredService<IOutboxStore>().SurvivesProcess)
        {
            yield return "Events wait in memory and survive a graceful stop only: set Intilery:Outbox:Path to a writable folder.";
        }

        if (snapshot.Age > delivery.MaxBacklogAge)
        {
            yield return $"{Plural.Of(snapshot.Rows, "event waits", "events wait")}, the first for {snapshot.Age:d\\.hh\\:mm\\:ss}. "
                + (mode.Delivers ? "The log says what Intilery answers." : "This process does not deliver: see that one does that shares its outbox.");
        }

        if (snapshot.Elsewhere > 0)
        {
            yield return $"{Plural.Of(snapshot.Elsewhere, "event waits", "events wait")} for another destination than the configured one: "
                + "IIntileryOutbox.ListOtherDestinationsAsync lists them, to be redirected or purged.";
        }

        var time = services.GetRequiredService<HostClock>().Time;
        if (services.GetRequiredService<DeliveryState>().LastRejection is { } rejection && time.GetElapsedTime(rejection) < RejectionWindow)
        {
            yield return $"Intilery rejected events within the last hour; {Plural.Of(snapshot.DeadLetters, "dead letter is", "dead letters are")} kept. "
                + "IIntileryOutbox lists them with its reasons.";
        }
    }
}
