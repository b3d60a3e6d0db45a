namespace Intilery.AspNetCore.BrowserTests.Blazor;

/// <summary>Work of a singleton, which whoever first asks for it begins, and which goes on after that.</summary>
public sealed class Errand(ILifecycleTracker lifecycle)
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _running;

    public void Begin() => _running ??= Task.Run(async () =>
    {
        await _released.Task;
        await lifecycle.TrackAsync("Errand Run");
    });

    /// <summary>Lets the work go on; completes with it.</summary>
    public async Task EndAsync()
    {
        _released.SetResult();
        await _running!;
    }
}
