using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Hosting;
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Commands;

/// <summary>Carries out the commands that other processes ask the owner of the embedded outbox for.</summary>
internal sealed class OwnerRequestLoop(IOutboxStore store, OperatorCommands commands, LifecycleDiagnostics diagnostics) : IBackgroundLoop
{
    public string Activity => "answering commands";

    public async Task RunAsync(CancellationToken stopping)
    {
        // Not on the host's clock: the other process waits by the machine's.
        using var timer = new PeriodicTimer(OwnerRequests.Interval, TimeProvider.System);
        while (await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false))
        {
            try
            {
                if (store.File is { } file)
                {
                    await OwnerRequests.AnswerAsync(file, commands, TimeProvider.System.GetUtcNow(), stopping).ConfigureAwait(false);
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // The command's process reports that it got no answer; the next request has another chance.
                diagnostics.Failed("answering a command", exception);
            }
        }
    }
}
