using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Code;

/// <summary>What a stream of the tests does, step by step: it begins, does its work when told to, says so, and lasts until it is ended.</summary>
public sealed class StreamScript
{
    public const string Begun = "begun";

    public const string Done = "done";

    private readonly TaskCompletionSource _work = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gets what happens before the first byte.</summary>
    public Func<IServiceProvider, Task> Before { get; init; } = _ => Task.CompletedTask;

    /// <summary>Gets what happens in mid-stream.</summary>
    public required Func<IServiceProvider, Task> Work { get; init; }

    public void BeginWork() => _work.TrySetResult();

    public void End() => _end.TrySetResult();

    /// <summary>Says what there is to say, in order, as the script goes on.</summary>
    public async IAsyncEnumerable<string> RunAsync(
        IServiceProvider services, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return Begun;
        await _work.Task.WaitAsync(cancellationToken);
        await Work(services);
        yield return Done;
        try
        {
            await _end.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            await services.GetRequiredService<ILifecycleTracker>().TrackAsync("Stream Ended", cancellationToken: CancellationToken.None);
        }
    }
}
