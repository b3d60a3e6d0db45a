using Microsoft.Extensions.Hosting;

namespace Intilery.AspNetCore.Setup;

/// <summary>Tells the activation of the host's life: first at its start, and last at its end, when no request runs any more.</summary>
internal sealed class ActivationService(Activation activation) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        activation.HostStarting();
        return activation.ReadyAsync(cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => activation.StopAsync(cancellationToken);
}
