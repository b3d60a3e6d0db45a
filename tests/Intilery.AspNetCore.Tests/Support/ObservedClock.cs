using Microsoft.Extensions.Time.Testing;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A fake clock that knows who waits: a test moves it once the code under test has begun to wait, and never sleeps itself.</summary>
internal sealed class ObservedClock : FakeTimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Waiting> _timers = [];
    private TimeSpan _stepped;
    private TaskCompletionSource _created = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ObservedClock()
        : base(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero))
    {
    }

    /// <summary>Gets the time on the wall; timers do not go by it.</summary>
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _stepped;

    /// <summary>Sets the clock on the wall forward or back, as somebody who corrects it does. Nobody waits shorter or longer for it.</summary>
    public void Step(TimeSpan by) => _stepped += by;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var waiting = new Waiting(this);
        waiting.Timer = base.CreateTimer(
            given =>
            {
                waiting.Fire();
                callback(given);
            },
            state,
            dueTime,
            period);
        Note(waiting, dueTime, 0);
        return waiting;
    }

    /// <summary>Waits until somebody waits for so long, and lets that time pass. Returns how long it was.</summary>
    public Task<TimeSpan> PassAsync(TimeSpan delay) => PassAsync(delay, delay);

    /// <summary>Waits until somebody waits for a time between the two, and lets that time pass. Returns how long it was.</summary>
    public async Task<TimeSpan> PassAsync(TimeSpan shortest, TimeSpan longest) => Pass(await TimerAsync(shortest, longest));

    /// <summary>Waits until somebody waits for so long, and lets no time pass.</summary>
    public Task WaitedForAsync(TimeSpan delay) => WaitedForAsync(delay, delay);

    /// <summary>Waits until somebody waits for a time between the two, and lets no time pass.</summary>
    public async Task WaitedForAsync(TimeSpan shortest, TimeSpan longest)
    {
        var timer = await TimerAsync(shortest, longest);
        lock (_gate)
        {
            _timers.Add(timer);
        }
    }

    /// <summary>Whether somebody waits for so long now.</summary>
    public bool IsWaitedFor(TimeSpan delay)
    {
        lock (_gate)
        {
            return _timers.Exists(timer => timer.Delay == delay);
        }
    }

    /// <summary>Lets pass whatever somebody waits for, up to a minute and but for some, until the work is done.</summary>
    public async Task PassUntilAsync(Task done, params TimeSpan[] except)
    {
        while (!done.IsCompleted)
        {
            Task created;
            Waiting? found;
            lock (_gate)
            {
                created = _created.Task;
                found = _timers.Find(timer => timer.Delay <= TimeSpan.FromMinutes(1) && !except.Contains(timer.Delay));
                _timers.Remove(found!);
            }

            if (found is not null)
            {
                Pass(found);
            }
            else
            {
                await Task.WhenAny(done, created);
            }
        }

        await done;
    }

    private TimeSpan Pass(Waiting timer)
    {
        var (delay, due, firings) = (timer.Delay, timer.Due, timer.FiringsBefore);
        if (due > base.GetUtcNow())
        {
            SetUtcNow(due);
        }

        // A timer that is made at the same moment may keep the clock from firing this one: it is asked again until it has.
        while (timer.IsArmed && timer.Due == due && timer.Firings == firings)
        {
            Thread.Yield();
            Advance(TimeSpan.Zero);
        }

        return delay;
    }

    private async Task<Waiting> TimerAsync(TimeSpan shortest, TimeSpan longest)
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

            await created.WaitAsync(Patience.Limit);
        }
    }

    private void Note(Waiting timer, TimeSpan delay, int firings)
    {
        lock (_gate)
        {
            _timers.Remove(timer);
            timer.IsArmed = delay != Timeout.InfiniteTimeSpan;
            if (!timer.IsArmed)
            {
                return;
            }

            (timer.Delay, timer.Due, timer.FiringsBefore) = (delay, base.GetUtcNow() + delay, firings);
            _timers.Add(timer);
            var created = _created;
            _created = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            created.SetResult();
        }
    }

    private void Forget(Waiting timer)
    {
        lock (_gate)
        {
            _timers.Remove(timer);
            timer.IsArmed = false;
        }
    }

    private sealed class Waiting(ObservedClock clock) : ITimer
    {
        private int _firings;
        private volatile bool _isArmed;

        public ITimer Timer { get; set; } = null!;

        public bool IsArmed
        {
            get => _isArmed;
            set => _isArmed = value;
        }

        public int Firings => Volatile.Read(ref _firings);

        // How often it had fired when it was last set.
        public int FiringsBefore { get; set; }

        public TimeSpan Delay { get; set; }

        public DateTimeOffset Due { get; set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock.Note(this, dueTime, Firings);
            return Timer.Change(dueTime, period);
        }

        public void Fire() => Interlocked.Increment(ref _firings);

        public void Dispose()
        {
            clock.Forget(this);
            Timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            clock.Forget(this);
            return Timer.DisposeAsync();
        }
    }
}
