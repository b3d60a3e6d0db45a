namespace Intilery.AspNetCore.Delivery;

/// <summary>The state of delivery, for callers that wait for it or report it.</summary>
internal sealed class DeliveryState
{
    /// <summary>How many answers are remembered.</summary>
    public const int MaxAnswers = 10;

    private volatile DeliveryPause? _pause;
    private volatile DeliveryTrouble? _trouble;
    private readonly Queue<LastAnswer> _answers = new(MaxAnswers);
    private long _rejected;
    private long _lastRejection;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gets why delivery is paused; <see langword="null"/> while it is not.</summary>
    public DeliveryPause? Pause => _pause;

    /// <summary>
    /// Gets since when Intilery is not reached, or takes nothing; <see langword="null"/> while the last attempt was answered.
    /// </summary>
    public DeliveryTrouble? Trouble => _trouble;

    /// <summary>Gets how many events of this process became dead letters and still are.</summary>
    public long Rejected => Volatile.Read(ref _rejected);

    /// <summary>Gets the timestamp of the last rejection that stands; <see langword="null"/> while there is none.</summary>
    public long? LastRejection => Volatile.Read(ref _lastRejection) is > 0 and var timestamp ? timestamp : null;

    /// <summary>Gets a task that completes at the next change. Take it before looking at anything else.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    public void PauseFor(DeliveryPause pause, DateTimeOffset now)
    {
        _pause = pause with { Since = _pause is { } before && before.Settings == pause.Settings ? before.Since : now };
        Change();
    }

    /// <summary>Gets the last answers, the newest first.</summary>
    public IReadOnlyList<LastAnswer> Answers
    {
        get
        {
            lock (_answers)
            {
                return [.. _answers.Reverse()];
            }
        }
    }

    /// <summary>Notes an answer, or that there was none.</summary>
    public void Answered(LastAnswer answer)
    {
        lock (_answers)
        {
            if (_answers.Count == MaxAnswers)
            {
                _answers.Dequeue();
            }

            _answers.Enqueue(answer);
        }
    }

    /// <summary>Notes an attempt that will be made again.</summary>
    public void Fail(DeliverySettings settings, DeliveryAnswer answer, DateTimeOffset now) =>
        _trouble = _trouble is { } before && before.Settings == settings
            ? before with { Answer = answer }
            : new DeliveryTrouble(now, answer, settings);

    /// <summary>Notes that Intilery has answered, whatever the answer was.</summary>
    public void Reach() => _trouble = null;

    public void Resume() => _pause = null;

    public void Reject(long timestamp)
    {
        Volatile.Write(ref _lastRejection, timestamp);
        Interlocked.Increment(ref _rejected);
        Change();
    }

    /// <summary>Rejections were taken back.</summary>
    public void PutBack(int events)
    {
        Volatile.Write(ref _lastRejection, 0);
        Interlocked.Add(ref _rejected, -events);
    }

    /// <summary>Rows have left the outbox.</summary>
    public void Change() =>
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}

/// <summary>The answer to a request, for status and page.</summary>
/// <param name="At">When.</param>
/// <param name="Events">How many events the request had.</param>
/// <param name="Answer">The answer.</param>
internal readonly record struct LastAnswer(DateTimeOffset At, int Events, DeliveryAnswer Answer);

/// <summary>Why delivery is paused.</summary>
/// <param name="Answer">The answer of the API, or of a proxy in its place.</param>
/// <param name="Settings">The settings that it answered: other settings end the pause.</param>
internal sealed record DeliveryPause(DeliveryAnswer Answer, DeliverySettings Settings)
{
    /// <summary>Gets when it began.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>
    /// Gets a value indicating whether everything that was sent is rejected, so that the fault is more likely the set-up's than
    /// the events'.
    /// </summary>
    public bool IsForRejections { get; init; }
}

/// <summary>That Intilery is not reached, or takes nothing, and what is sent is tried again.</summary>
/// <param name="Since">When the first of the attempts failed that have failed in a row.</param>
/// <param name="Answer">What the last of them had for an answer, if any.</param>
/// <param name="Settings">Where they went.</param>
internal sealed record DeliveryTrouble(DateTimeOffset Since, DeliveryAnswer Answer, DeliverySettings Settings);
