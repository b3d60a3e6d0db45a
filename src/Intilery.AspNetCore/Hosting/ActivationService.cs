using Microsoft.Extensions.Hosting;

namespace Intilery.AspNetCore.Hosting;

/// <summary>
/// Tells the activation of the host's life: first at its start, and last at its end, when no request runs any more. Old web hosts
/// know no more of a hosted service than its start and its stop.
/// </summary>
internal sealed class ActivationService(Activation activation) : IHostedLifecycleService
{
    private bool _isToldOfStopped;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _isToldOfStopped = true;
        return StartAsync(cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        activation.HostStarting();
        return activation.ReadyAsync(cancellationToken);
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => _isToldOfStopped ? Task.CompletedTask : activation.StopAsync(cancellationToken);

    public Task StoppedAsync(CancellationToken cancellationToken) => activation.StopAsync(cancellationToken);
}
