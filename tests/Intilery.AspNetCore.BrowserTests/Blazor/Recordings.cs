using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.BrowserTests.Blazor;

/// <summary>What the package has recorded, in order.</summary>
public sealed class Recordings : ILifecycleEventObserver
{
    private readonly Lock _gate = new();
    private readonly List<RecordedEvent> _recorded = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void OnRecorded(RecordedEvent recorded)
    {
        lock (_gate)
        {
            _recorded.Add(recorded);
            _changed.SetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Waits for so many events that name a person, and returns all that do.</summary>
    public async Task<IReadOnlyList<RecordedEvent>> OfAsync(string person, int count)
    {
        while (true)
        {
            var (found, changed) = Look(person);
            if (found.Count >= count)
            {
                return found;
            }

            await changed.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        }
    }

    private (IReadOnlyList<RecordedEvent> Found, Task Changed) Look(string person)
    {
        lock (_gate)
        {
            return ([.. _recorded.Where(recorded => recorded.UserId?.EndsWith(person, StringComparison.Ordinal) == true)], _changed.Task);
        }
    }
}
