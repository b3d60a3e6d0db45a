namespace Intilery.AspNetCore.Tests.Support;

/// <summary>Collects garbage for tests of what is let go.</summary>
internal static class Garbage
{
    // A collection stops every thread. One after another without a pause would stop the server that is to let go, and every other test.
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Collects until everything is let go, which a server does some time after its client.</summary>
    public static async Task CollectAsync(Func<int> alive)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience.Limit);
        using var pauses = new PeriodicTimer(_pause);
        while (alive() > 0)
        {
            GC.Collect();
            await pauses.WaitForNextTickAsync(patience.Token);
        }
    }
}
