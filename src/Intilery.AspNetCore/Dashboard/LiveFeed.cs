using System.Diagnostics;
using System.Text;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;

namespace Intilery.AspNetCore.Dashboard;

/// <summary>
/// Holds the last facts and how far each has come, for those who look at the page. In Development it always watches; elsewhere only while
/// somebody looks. Its memory is bounded, and viewers have no queues of their own: each asks for what has changed since it last asked.
/// </summary>
internal sealed class LiveFeed(LifecycleActivity activity, RequestAccessor requests, HostClock clock) : IActivityWatcher
{
    /// <summary>How many rows are held.</summary>
    public const int Capacity = 500;

    private readonly Lock _gate = new();
    private readonly Slot?[] _ring = new Slot?[Capacity];
    private readonly Dictionary<string, Slot> _byFact = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Slot> _byMessage = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Slot> _byIdentify = new(StringComparer.Ordinal);

    // What was captured in a scope since its last commit.
    private readonly Dictionary<string, List<Slot>> _captured = new(StringComparer.Ordinal);
    private TaskCompletionSource? _changed;
    private long _version;
    private long _rows;
    private int _viewers;
    private bool _isKept;

    /// <summary>Watches from here on, whether or not somebody looks.</summary>
    public void Keep()
    {
        lock (_gate)
        {
            _isKept = true;
            activity.Watch(this);
        }
    }

    /// <summary>Somebody looks, until the result is disposed.</summary>
    public IDisposable Join()
    {
        lock (_gate)
        {
            _viewers++;
            activity.Watch(this);
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
                return _byFact.Count + _byMessage.Count + _byIdentify.Count + _captured.Count;
            }
        }
    }

    /// <summary>Gets how many look.</summary>
    public int Viewers => Volatile.Read(ref _viewers);

    /// <summary>Returns the rows that have changed after a version, oldest change first, and the version that they are of.</summary>
    public (IReadOnlyList<LiveRow> Rows, long Version) ReadAfter(long version)
    {
        lock (_gate)
        {
            return version == _version
                ? ([], version)
                : ([.. _ring.OfType<Slot>().Where(slot => slot.Version > version).OrderBy(slot => slot.Row.Id).Select(slot => slot.Row)], _version);
        }
    }

    /// <summary>Returns a task that completes at the next change after a version.</summary>
    public Task ChangedAfterAsync(long version)
    {
        lock (_gate)
        {
            return version != _version
                ? Task.CompletedTask
                : (_changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    public void Captured(string scopeId, string name, string key, string userId, DateTimeOffset at, object fact)
    {
        var known = scopeId + "\n" + key + "\n" + name;
        var message = MessageIds.Derive(name, userId, key);
        var identify = name == EventNames.Identify ? null : MessageIds.Derive(EventNames.Identify, userId, key);
        var (endpoint, trace) = Origin();
        lock (_gate)
        {
            if (_byFact.ContainsKey(known))
            {
                return;
            }

            // The question to a tenant resolver holds the request's principal, which the page has no use for.
            var captured = (CapturedFact)fact;
            var slot = Add(new LiveRow
            {
                Id = ++_rows,
                Event = name,
                At = at,
                State = LiveStates.Captured,
                UserId = userId.Length == 0 ? null : userId,
                Scope = scopeId,
                Endpoint = endpoint,
                Trace = trace,
                MessageId = message,
                Fact = captured.Question is null ? captured : captured with { Question = null },
            }.After(LiveStates.Captured, at));
            if (!_captured.TryGetValue(scopeId, out var open))
            {
                _captured.Add(scopeId, open = []);
            }

            open.Add(slot);
            Name(_byFact, known, slot);
            Name(_byMessage, message, slot);
            if (identify is not null)
            {
                Name(_byIdentify, identify, slot);
            }

            Notify();
        }
    }

    public void Composed(string scopeId, IReadOnlyList<ComposedActivity> messages)
    {
        var now = clock.Time.GetUtcNow();
        lock (_gate)
        {
            foreach (var message in messages)
            {
                if (message.MessageId is { } id)
                {
                    var slot = SlotOf(id, message.Name, message.UserId, message.GroupId, now, scopeId);
                    Change(slot, (slot.Row with { UserId = message.UserId, AccountId = message.GroupId }).After(LiveStates.Composed, now));
                }
            }

            if (_captured.Remove(scopeId, out var open))
            {
                foreach (var slot in open)
                {
                    if (slot.Row is { State: LiveStates.Captured } row)
                    {
                        Change(slot, row.After(LiveStates.Merged, now, "part of another event of the same request"));
                    }
                }
            }

            Notify();
        }
    }

    public void Recorded(string json)
    {
        var call = LiveCall.Of(json);
        if (call is not { MessageId: { } id, Event: { } name })
        {
            return;
        }

        var now = clock.Time.GetUtcNow();
        lock (_gate)
        {
            var slot = SlotOf(id, name, call.UserId, call.AccountId, now, null);
            var row = slot.Row with { Json = json, AccountId = call.AccountId };

            // Delivery may have been faster than the report of the commit.
            Change(slot, row.State is LiveStates.Delivered or LiveStates.Dead ? slot.Row : row.After(LiveStates.Recorded, now));
            Notify();
        }
    }

    public void Answered(ReadOnlySpan<byte> payload, DateTimeOffset sentAt, DeliveryStep step, string outcome)
    {
        var call = LiveCall.Of(payload);
        if (call is not { MessageId: { } id, Event: { } name })
        {
            return;
        }

        lock (_gate)
        {
            var slot = SlotOf(id, name, call.UserId, call.AccountId, sentAt, null);
            Change(slot, (slot.Row with { AccountId = call.AccountId, Json = slot.Row.Json ?? Encoding.UTF8.GetString(payload), SentAt = sentAt })
                .After(LiveStates.Of(step), sentAt, outcome));
            Notify();
        }
    }

    public void Suppressed(string name, string reason)
    {
        var (endpoint, trace) = Origin();
        var now = clock.Time.GetUtcNow();
        var state = LiveStates.OfReason(reason);
        lock (_gate)
        {
            var known = trace is null ? null : Array.FindLast(
                _ring, slot => slot?.Row is { State: LiveStates.Captured } row && row.Trace == trace && row.Event == name);
            var slot = known ?? Add(new LiveRow { Id = ++_rows, Event = name, At = now, State = state, Endpoint = endpoint, Trace = trace });
            Change(slot, (slot.Row with { Reason = reason }).After(state, now, reason));
            Notify();
        }
    }

    // The row of a message: its fact's; else one of its own, with what is known of its fact where it is an identify call of a fact's.
    private Slot SlotOf(string messageId, string name, string? userId, string? accountId, DateTimeOffset at, string? scopeId)
    {
        if (_byMessage.TryGetValue(messageId, out var known))
        {
            return known;
        }

        var fact = _byIdentify.GetValueOrDefault(messageId)?.Row;
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
            MessageId = messageId,
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
        slot.Row = row;
        slot.Version = _version + 1;
    }

    private void Notify()
    {
        _version++;
        if (_changed is { } changed)
        {
            _changed = null;
            changed.SetResult();
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            if (--_viewers > 0 || _isKept)
            {
                return;
            }

            activity.Watch(null);
            Array.Clear(_ring);
            _byFact.Clear();
            _byMessage.Clear();
            _byIdentify.Clear();
            _captured.Clear();
            _version++;
        }
    }

    private (string? Endpoint, string? Trace) Origin()
    {
        var trace = Activity.Current?.TraceId.ToString();
        try
        {
            return requests.HttpContext is { } context
                ? ($"{context.Request.Method} {RequestAccessor.RouteOf(context) ?? context.Request.Path.Value}", trace ?? context.TraceIdentifier)
                : (null, trace);
        }
        catch (ObjectDisposedException)
        {
            // The request has ended on another thread.
            return (null, trace);
        }
    }

    private sealed class Slot(LiveRow row)
    {
        public LiveRow Row { get; set; } = row;

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
