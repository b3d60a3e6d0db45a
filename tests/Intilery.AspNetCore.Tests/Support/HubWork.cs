using Microsoft.AspNetCore.SignalR;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>What the methods of a hub leave behind, and what a test does with it.</summary>
public sealed class HubWork : IDisposable
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Timer> _timers = [];
    private readonly List<WeakReference> _connections = [];

    public Task Released => _released.Task;

    public Task Forgotten { get; set; } = Task.CompletedTask;

    /// <summary>Gets how many of the connections that have begun something are in memory.</summary>
    public int Alive
    {
        get
        {
            lock (_timers)
            {
                return _connections.Count(connection => connection.IsAlive);
            }
        }
    }

    public void Release() => _released.TrySetResult();

    public void Begin(HubCallerContext connection)
    {
        lock (_timers)
        {
            _timers.Add(new Timer(static _ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
            _connections.Add(new WeakReference(connection));
        }
    }

    public void Dispose() => _timers.ForEach(timer => timer.Dispose());
}
