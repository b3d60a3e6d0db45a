using System.Diagnostics;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Dashboard;

/// <summary>
/// Holds the last facts and how far each has come, for the viewers of the page. In Development it always watches; elsewhere only while
/// there are viewers. A request adds its steps to a queue and goes on: the viewers make rows of the steps, or, where there are none and many wait,
/// the thread pool. The memory is bounded, and viewers have no queues of their own: each asks for what has changed since it last asked.
/// </summary>
internal sealed class LiveFeed(LifecycleDiagnostics diagnostics, RequestAccessor requests, HostClock clock) : IActivityWatcher
{
    /// <summary>How many rows are held.</summary>
    public const int Capacity = 500;

    /// <summary>How many steps wait at most to become part of their rows. Beyond that the oldest are left out, and counted.</summary>
    public const int MaxSteps = 8 * Capacity;

    // Without viewers, the thread pool then makes rows of them.
    private const int ManySteps = 2 * Capacity;

    // The work for the page takes at most a tenth of the time, however much happens, and shows what happens within a quarter of a second.
    private const int RestPerWork = 10;
    private static readonly TimeSpan _shortestRest = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _longestRest = TimeSpan.FromMilliseconds(250);

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

    // Held by requests, for as long as it takes to add to the queue. Taken within the other, never around it.
    private readonly Lock _arrivals = new();
    private readonly Queue<Action> _steps = new();
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
            diagnostics.Activity.Watch(this);
        }
    }

    /// <summary>Adds a viewer, until the result is disposed.</summary>
    public IDisposable Join()
    {
        lock (_gate)
        {
            _viewers++;
            diagnostics.Activity.Watch(this);
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
    public static TimeSpan RestAfter(TimeSpan work) => TimeSpan.FromTicks(Math.Clamp(work.Ticks * RestPerWork, _shortestRest.Ticks, _longestRest.Ticks));

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
                return version != _version || _steps.Count > 0
                    ? Task.CompletedTask
                    : (_changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
        }
    }

    public void Captured(string scopeId, string name, string key, string userId, DateTimeOffset at, object fact)
    {
        var origin = OriginOfWork();

        // The question to a tenant resolver holds the request's principal, which the page has no use for.
        var captured = (CapturedFact)fact;
        captured = captured.Question is null ? captured : captured with { Question = null };
        Add(() => Capture(scopeId, name, key, userId, at, captured, origin));
    }

    public void Composed(string scopeId, IReadOnlyList<ComposedActivity> messages)
    {
        var at = clock.Time.GetUtcNow();
        Add(() => Compose(scopeId, messages, at));
    }

    public void Recorded(ReadOnlySpan<byte> payload)
    {
        var (copy, at) = (payload.ToArray(), clock.Time.GetUtcNow());
        Add(() => Record(copy, at));
    }

    public void Answered(ReadOnlyMemory<byte> payload, DateTimeOffset sentAt, DeliveryStep step, string outcome) =>
        Add(() => Answer(payload, sentAt, step, outcome));

    public void Suppressed(string name, string reason)
    {
        var (origin, at) = (OriginOfWork(), clock.Time.GetUtcNow());
        Add(() => Suppress(name, reason, at, origin));
    }

    private void Add(Action step)
    {
        TaskCompletionSource? changed;
        bool calls;
        lock (_arrivals)
        {
            if (_steps.Count == MaxSteps)
            {
                _steps.Dequeue();
                _leftOut++;
            }

            _steps.Enqueue(step);
            calls = !_isCalled && Viewers == 0 && _steps.Count >= ManySteps && !(_takenAt is { } at && clock.Time.GetElapsedTime(at) < _rest);
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
        Action[] steps;
        var begun = clock.Time.GetTimestamp();
        lock (_arrivals)
        {
            (_isCalled, _takenAt) = (false, begun);
            steps = [.. _steps];
            _steps.Clear();
        }

        foreach (var step in steps)
        {
            try
            {
                step();
            }
            catch (Exception exception)
            {
                // A database may hold anything in place of a call; the other rows are shown all the same.
                diagnostics.Failed("showing an event on the page", exception);
            }
        }

        _version += steps.Length > 0 ? 1 : 0;
        lock (_arrivals)
        {
            _rest = RestAfter(clock.Time.GetElapsedTime(begun));
        }
    }

    private void Capture(string scopeId, string name, string key, string userId, DateTimeOffset at, CapturedFact fact, Origin origin)
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
            At = at,
            State = LiveStates.Captured,
            UserId = userId.Length == 0 ? null : userId,
            Scope = scopeId,
            Endpoint = origin.Endpoint,
            Trace = origin.Trace,
            Fact = fact,
            Steps = [new LiveStep(LiveStates.Captured, at, null, 1)],
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
                Change(slot, row.After(LiveStates.Merged, at, "part of another event of the same request"));
            }
        }
    }

    private void Record(byte[] payload, DateTimeOffset at)
    {
        var call = LiveCall.Of(payload);
        if (call is { MessageId: { } id, Event: { } name })
        {
            var slot = SlotOf(id, name, call.UserId, call.AccountId, at);
            var row = slot.Row with { Payload = payload, AccountId = call.AccountId };

            // Delivery may have been faster than the report of the commit.
            Change(slot, row.State is LiveStates.Delivered or LiveStates.Dead ? slot.Row : row.After(LiveStates.Recorded, at));
        }
    }

    private void Answer(ReadOnlyMemory<byte> payload, DateTimeOffset sentAt, DeliveryStep step, string outcome)
    {
        var call = LiveCall.Of(payload.Span);
        if (call is { MessageId: { } id, Event: { } name })
        {
            var slot = SlotOf(id, name, call.UserId, call.AccountId, sentAt);
            Change(slot, (slot.Row with { AccountId = call.AccountId, Payload = slot.Row.Payload ?? payload, SentAt = sentAt })
                .After(LiveStates.Of(step), sentAt, outcome));
        }
    }

    private void Suppress(string name, string reason, DateTimeOffset at, Origin origin)
    {
        var state = LiveStates.OfReason(reason);
        var known = origin.Trace is null ? null : Array.FindLast(
            _ring, slot => slot?.Row is { State: LiveStates.Captured } row && row.Trace == origin.Trace && row.Event == name);
        var slot = known ?? Add(new LiveRow { Id = ++_rows, Event = name, At = at, State = state, Endpoint = origin.Endpoint, Trace = origin.Trace });
        Change(slot, (slot.Row with { Reason = reason }).After(state, at, reason));
    }

    // The row of a message: its fact's; else one of its own, with what is known of its fact where it is an identify call of a fact's.
    private Slot SlotOf(
        string messageId, string name, string? userId, string? accountId, DateTimeOffset at, string? scopeId = null, IReadOnlyList<Slot>? captured = null)
    {
        if (_byMessage.TryGetValue(messageId, out var known))
        {
            return known;
        }

        // Whose it is may have been found since it was captured.
        if (captured?.FirstOrDefault(slot => slot.Row.Event == name && slot.Row.Fact is { } fact && MessageIds.Derive(name, userId ?? string.Empty, fact.Key) == messageId) is { } own)
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
            lock (_arrivals)
            {
                _steps.Clear();
            }
        }
    }

    private Origin OriginOfWork()
    {
        var trace = Activity.Current?.TraceId.ToString();
        try
        {
            return requests.HttpContext is { } context
                ? new Origin(context.Request.Method, RequestAccessor.RouteOf(context) ?? context.Request.Path.Value, trace ?? context.TraceIdentifier)
                : new Origin(null, null, trace);
        }
        catch (ObjectDisposedException)
        {
            // The request has ended on another thread.
            return new Origin(null, null, trace);
        }
    }

    /// <summary>Where something happened.</summary>
    private readonly record struct Origin(string? Method, string? Place, string? Trace)
    {
        public string? Endpoint => Method is null ? null : $"{Method} {Place}";
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
