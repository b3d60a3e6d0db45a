using Microsoft.Extensions.Time.Testing;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A fake clock that knows who waits: a test moves it once the code under test has begun to wait, and never sleeps itself.</summary>
internal sealed class ObservedClock : FakeTimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<(TimeSpan Delay, DateTimeOffset Due)> _timers = [];
    private TaskCompletionSource _created = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ObservedClock()
        : base(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero))
    {
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        lock (_gate)
        {
            _timers.Add((dueTime, GetUtcNow() + dueTime));
            var created = _created;
            _created = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            created.SetResult();
        }

        return timer;
    }

    /// <summary>Waits until somebody waits for so long, and lets that time pass. Returns how long it was.</summary>
    public Task<TimeSpan> PassAsync(TimeSpan delay) => PassAsync(delay, delay);

    /// <summary>Waits until somebody waits for a time between the two, and lets that time pass. Returns how long it was.</summary>
    public async Task<TimeSpan> PassAsync(TimeSpan shortest, TimeSpan longest)
    {
        var (delay, due) = await TimerAsync(shortest, longest);
        if (due > GetUtcNow())
        {
            SetUtcNow(due);
        }

        return delay;
    }

    private async Task<(TimeSpan Delay, DateTimeOffset Due)> TimerAsync(TimeSpan shortest, TimeSpan longest)
    {
        while (true)
        {
            Task created;
            lock (_gate)
            {
                var found = _timers.FindIndex(timer => timer.Delay >= shortest && timer.Delay <= longest);
                if (found >= 0)
                {
                    var timer = _timers[found];
                    _timers.RemoveAt(found);
                    return timer;
                }

                created = _created.Task;
            }

            await created.WaitAsync(TimeSpan.FromSeconds(60));
        }
    }
}
