namespace Intilery.AspNetCore.Tests.Documentation.Snippets;

internal sealed class FormerAccount(IIntileryOutbox outbox)
{
    public async Task MoveAsync()
    {
        foreach (var other in await outbox.ListOtherDestinationsAsync())
        {
            Console.WriteLine($"{other.Events} events and {other.RunningTrials} running trials of {other.Address}");
            await outbox.RedirectDestinationAsync(other); // or PurgeDestinationAsync(other)
        }
    }
}
