using System.Diagnostics;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Dashboard;

/// <summary>
/// Holds the last facts and how far each has come, for the viewers of the page. In Development it always watches; elsewhere only while
/// there are viewers. A request adds its steps to a ring and goes on: the viewers make rows of the steps, or, where there are none and many
/// wait, the thread pool. The memory is bounded, and viewers have no queues of their own: each asks for what has changed since it last
/// asked.
/// </summary>
internal sealed class LiveFeed(LifecycleDiagnostics diagnostics, RequestAccessor requests, HostClock clock) : IActivityWatcher
{
    /// <summary>How many rows are held.</summary>
    public const int Capacity = 500;

    // Without viewers, the thread pool then makes rows of them.
    private const int ManySteps = 2 * Capacity;

    // The work for the page takes at most a twentieth of the time, however much happens, and shows what happens within half a second.
    private const int RestPerWork = 20;
    private static readonly TimeSpan _shortestRest = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _longestRest = TimeSpan.FromMilliseconds(500);

    // Held while rows are made and read, never by a request.
    private readonly Lock _gate = new();
    private readonly Slot?[] _ring = new Slot?[Capacity];
    private readonly Dictionary<string, Slot> _byFact = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Slot> _byMessage = new(StringComparer.Ordinal);

    // What was captured in a scope since its last commit.
    private readonly Dictionary<string, List<Slot>> _captured = new(StringComparer.Ordinal);
    private long _version;
    private long _rows;
    private int _viewers;
    private bool _isKept;

    // The reader's, and empty: it takes turns with the one that requests add to. Both are there only while something is watched.
    private PendingSteps? _spare;

    // Held by requests, for as long as it takes to add a step. Taken within the other, never around it.
    private readonly Lock _arrivals = new();
    private PendingSteps? _steps;
    private TaskCompletionSource? _changed;
    private long _leftOut;
    private long? _takenAt;
    private TimeSpan _rest = _shortestRest;
    private bool _isCalled;

    /// <summary>Watches from here on, whether or not there are viewers.</summary>
    public void Keep()
    {
        lock (_gate)
        {
            _isKept = true;
            Watch();
        }
    }

    /// <summary>Adds a viewer, until the result is disposed.</summary>
    public IDisposable Join()
    {
        lock (_gate)
        {
            _viewers++;
            Watch();
        }

        return new Viewing(this);
    }

    /// <summary>Gets how many ids of facts and messages are held.</summary>
    public int Names
    {
        get
        {
            lock (_gate)
            {
                return _byFact.Count + _byMessage.Count + _captured.Count;
            }
        }
    }

    /// <summary>Gets how many look.</summary>
    public int Viewers => Volatile.Read(ref _viewers);

    /// <summary>Gets how many steps came faster than rows could be made of them.</summary>
    public long LeftOut => Volatile.Read(ref _leftOut);

    /// <summary>Returns how long to rest after work for the page that has taken some time.</summary>
    public static TimeSpan RestAfter(TimeSpan work) =>
        TimeSpan.FromTicks(Math.Clamp(work.Ticks * RestPerWork, _shortestRest.Ticks, _longestRest.Ticks));

    /// <summary>Returns the rows that have changed after a version, oldest row first, and the version that they are of.</summary>
    public (IReadOnlyList<LiveEntry> Rows, long Version) ReadAfter(long version)
    {
        lock (_gate)
        {
            TakeSteps();
            return version == _version
                ? ([], version)
                : ([.. _ring.OfType<Slot>().Where(slot => slot.Version > version).OrderBy(slot => slot.Row.Id).Select(slot => slot.Entry)], _version);
        }
    }

    /// <summary>Returns a task that completes at the next change after a version.</summary>
    public Task ChangedAfterAsync(long version)
    {
        lock (_gate)
        {
            lock (_arrivals)
            {
                return version != _version || _steps is { Count: > 0 }
                    ? Task.CompletedTask
                    : (_changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
        }
    }

    public void Captured(string scopeId, string name, string key, string userId, DateTimeOffset at, object fact)
    {
        var captured = ((CapturedFact)fact).WithoutQuestion();
        Add(
            OfWork(
                new PendingStep(PendingStepKind.Captured, at) { Scope = scopeId, Name = name, Key = key, UserId = userId, Subject = captured }));
    }

    public void Composed(string scopeId, IReadOnlyList<ComposedActivity> messages) =>
        Add(new PendingStep(PendingStepKind.Composed, clock.Time.GetUtcNow()) { Scope = scopeId, Subject = messages });

    public void Recorded(ReadOnlySpan<byte> payload) => Add(new PendingStep(PendingStepKind.Recorded, clock.Time.GetUtcNow()), payload);

    public void Answered(ReadOnlySpan<byte> payload, DateTimeOffset sentAt, DeliveryStep step, string outcome) =>
        Add(new PendingStep(PendingStepKind.Answered, sentAt) { Delivery = step, Detail = outcome }, payload);

    public void Suppressed(string name, string reason) =>
        Add(OfWork(new PendingStep(PendingStepKind.Suppressed, clock.Time.GetUtcNow()) { Name = name, Detail = reason }));

    private void Add(in PendingStep step, ReadOnlySpan<byte> call = default)
    {
        TaskCompletionSource? changed;
        bool calls;
        lock (_arrivals)
        {
            if (_steps is not { } steps)
            {
                // The last viewer has just left.
                return;
            }

            _leftOut += steps.Add(step, call);
            calls = !_isCalled
                && Viewers == 0
                && steps.Count >= ManySteps
                && !(_takenAt is { } at && clock.Time.GetElapsedTime(at) < _rest);
            _isCalled |= calls;
            (changed, _changed) = (_changed, null);
        }

        changed?.SetResult();
        if (calls)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static feed => feed.TakeManySteps(), this, preferLocal: false);
        }
    }

    private void TakeManySteps()
    {
        lock (_gate)
        {
            TakeSteps();
        }
    }

    private void TakeSteps()
    {
        PendingSteps steps;
        var begun = clock.Time.GetTimestamp();
        lock (_arrivals)
        {
            if (_steps is null || _spare is null)
            {
                return;
            }

            (_isCalled, _takenAt) = (false, begun);
            steps = _steps;
            (_steps, _spare) = (_spare, _steps);
        }

        for (var i = 0; i < steps.Count; i++)
        {
            try
            {
                Take(steps[i], steps.CallOf(steps[i]));
            }
            catch (Exception exception)
            {
                // A database may hold anything in place of a call; the other rows are shown all the same.
                diagnostics.Failed("showing an event on the page", exception);
            }
        }

        _version += steps.Count > 0 ? 1 : 0;
        steps.Clear();
        lock (_arrivals)
        {
            _rest = RestAfter(clock.Time.GetElapsedTime(begun));
        }
    }

    private void Take(in PendingStep step, ReadOnlySpan<byte> call)
    {
        switch (step.Kind)
        {
            case PendingStepKind.Captured:
                Capture(step, step.Scope!, step.Name!, step.Key!, step.UserId!);
                break;

            case PendingStepKind.Composed:
                Compose(step.Scope!, (IReadOnlyList<ComposedActivity>)step.Subject!, step.At);
                break;

            case PendingStepKind.Recorded:
                Record(call, step.At);
                break;

            case PendingStepKind.Answered:
                Answer(call, step.At, step.Delivery, step.Detail!);
                break;

            case PendingStepKind.Suppressed:
                Suppress(step, step.Name!, step.Detail!);
                break;
        }
    }

    private void Capture(in PendingStep step, string scopeId, string name, string key, string userId)
    {
        var known = scopeId + "\n" + key + "\n" + name;
        if (_byFact.ContainsKey(known))
        {
            return;
        }

        var message = MessageIds.Derive(name, userId, key);
        var slot = Add(new LiveRow
        {
            Id = ++_rows,
            Event = name,
            At = step.At,
            State = LiveStates.Captured,
            UserId = userId.Length == 0 ? null : userId,
            Scope = scopeId,
            Endpoint = step.Endpoint,
            Trace = step.Trace,
            Fact = (CapturedFact)step.Subject!,
            Steps = [new LiveStep(LiveStates.Captured, step.At, null, 1)],
        });
        if (!_captured.TryGetValue(scopeId, out var open))
        {
            _captured.Add(scopeId, open = []);
        }

        open.Add(slot);
        Name(_byFact, known, slot);
        Name(_byMessage, message, slot);
    }

    private void Compose(string scopeId, IReadOnlyList<ComposedActivity> messages, DateTimeOffset at)
    {
        _captured.Remove(scopeId, out var open);
        foreach (var message in messages)
        {
            if (message.MessageId is { } id)
            {
                var slot = SlotOf(id, message.Name, message.UserId, message.GroupId, at, scopeId, open);
                Change(slot, (slot.Row with { UserId = message.UserId, AccountId = message.GroupId }).After(LiveStates.Composed, at));
            }
        }

        foreach (var slot in open ?? [])
        {
            if (slot.Row is { State: LiveStates.Captured } row)
            {
                Change(
                    slot,
                    row.After(
                        LiveStates.Merged,
                        at,
                        messages.Count > 0 ? "part of another event of the same request" : "no event comes of this alone"));
            }
        }
    }

    private void Record(ReadOnlySpan<byte> payload, DateTimeOffset at)
    {
        var call = LiveCall.Of(payload);
        if (call is { MessageId: { } id, Event: { } name })
        {
            var slot = SlotOf(id, name, call.UserId, call.AccountId, at);
            var row = slot.Row with { Payload = payload.ToArray(), AccountId = call.AccountId };

            // Delivery may have been faster than the report of the commit.
            Change(slot, row.State is LiveStates.Delivered or LiveStates.Dead ? slot.Row : row.After(LiveStates.Recorded, at));
        }
    }

    private void Answer(ReadOnlySpan<byte> payload, DateTimeOffset sentAt, DeliveryStep step, string outcome)
    {
        var call = LiveCall.Of(payload);
        if (call is { MessageId: { } id, Event: { } name })
        {
            var slot = SlotOf(id, name, call.UserId, call.AccountId, sentAt);
            Change(slot, (slot.Row with { AccountId = call.AccountId, Payload = slot.Row.Payload ?? payload.ToArray(), SentAt = sentAt })
                .After(LiveStates.Of(step), sentAt, outcome));
        }
    }

    private void Suppress(in PendingStep step, string name, string reason)
    {
        var (state, trace) = (LiveStates.OfReason(reason), step.Trace);
        var known = trace is null ? null : Array.FindLast(
            _ring, slot => slot?.Row is { State: LiveStates.Captured } row && row.Trace == trace && row.Event == name);
        var slot = known
            ?? Add(new LiveRow { Id = ++_rows, Event = name, At = step.At, State = state, Endpoint = step.Endpoint, Trace = trace });
        Change(slot, (slot.Row with { Reason = reason }).After(state, step.At, reason));
    }

    // The row of a message: its fact's; else one of its own, with what is known of its fact where it is an identify call of a fact's.
    private Slot SlotOf(
        string messageId,
        string name,
        string? userId,
        string? accountId,
        DateTimeOffset at,
        string? scopeId = null,
        IReadOnlyList<Slot>? captured = null)
    {
        if (_byMessage.TryGetValue(messageId, out var known))
        {
            return known;
        }

        // Whose it is may have been found since it was captured.
        if (captured?.FirstOrDefault(
            slot => slot.Row.Event == name
                && slot.Row.Fact is { } fact
                && MessageIds.Derive(name, userId ?? string.Empty, fact.Key) == messageId) is { } own)
        {
            Name(_byMessage, messageId, own);
            return own;
        }

        var fact = name != EventNames.Identify ? null : captured?
            .Select(slot => slot.Row)
            .FirstOrDefault(row => row.Fact is { } fact && MessageIds.Derive(EventNames.Identify, fact.UserId, fact.Key) == messageId);
        var slot = Add(new LiveRow
        {
            Id = ++_rows,
            Event = name,
            At = fact?.At ?? at,
            State = LiveStates.Captured,
            UserId = userId,
            AccountId = accountId,
            Scope = fact?.Scope ?? scopeId,
            Endpoint = fact?.Endpoint,
            Trace = fact?.Trace,
            Fact = fact?.Fact,
        });
        Name(_byMessage, messageId, slot);
        return slot;
    }

    private Slot Add(LiveRow row)
    {
        var place = (int)(row.Id % Capacity);
        if (_ring[place] is { } former)
        {
            foreach (var (names, name) in former.Names)
            {
                if (names.TryGetValue(name, out var named) && named == former)
                {
                    names.Remove(name);
                }
            }

            if (former.Row.Scope is { } scope && _captured.TryGetValue(scope, out var open) && open.Remove(former) && open.Count == 0)
            {
                _captured.Remove(scope);
            }
        }

        return _ring[place] = new Slot(row) { Version = _version + 1 };
    }

    private static void Name(Dictionary<string, Slot> names, string name, Slot slot)
    {
        names[name] = slot;
        slot.Names.Add((names, name));
    }

    private void Change(Slot slot, LiveRow row)
    {
        slot.Entry = new LiveEntry(row);
        slot.Version = _version + 1;
    }

    private void Watch()
    {
        _spare ??= new PendingSteps();
        lock (_arrivals)
        {
            _steps ??= new PendingSteps();
        }

        diagnostics.Activity.Watch(this);
    }

    private void Leave()
    {
        lock (_gate)
        {
            if (--_viewers > 0 || _isKept)
            {
                return;
            }

            diagnostics.Activity.Watch(null);
            Array.Clear(_ring);
            _byFact.Clear();
            _byMessage.Clear();
            _captured.Clear();
            _version++;
            _spare = null;
            lock (_arrivals)
            {
                _steps = null;
            }
        }
    }

    private PendingStep OfWork(in PendingStep step)
    {
        var trace = Activity.Current?.TraceId.ToString();
        try
        {
            return requests.HttpContext is { } context
                ? step with { Method = context.Request.Method, Place = RequestAccessor.RouteOf(context) ?? context.Request.Path.Value, Trace = trace ?? context.TraceIdentifier }
                : step with { Trace = trace };
        }
        catch (ObjectDisposedException)
        {
            // The request has ended on another thread.
            return step with { Trace = trace };
        }
    }

    private sealed class Slot(LiveRow row)
    {
        public LiveEntry Entry { get; set; } = new(row);

        public LiveRow Row => Entry.Row;

        public long Version { get; set; }

        public List<(Dictionary<string, Slot> Names, string Name)> Names { get; } = [];
    }

    private sealed class Viewing(LiveFeed feed) : IDisposable
    {
        private int _isOver;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isOver, 1) == 0)
            {
                feed.Leave();
            }
        }
    }
}
