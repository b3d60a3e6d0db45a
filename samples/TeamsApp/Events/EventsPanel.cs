using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Intilery.AspNetCore;

namespace TeamsApp.Events;

/// <summary>An event as the panel shows it. Numbers rise, so that a page knows which events came after the one before it.</summary>
public sealed record ShownEvent(long Number, string Name, string? Account, JsonElement? Details);

/// <summary>Shows every page what the last click has sent. It observes the package's events, and keeps the last few in memory.</summary>
public sealed class EventsPanel : ILifecycleEventObserver
{
    private const int Kept = 12;

    private readonly Lock _gate = new();
    private readonly Queue<ShownEvent> _last = new();
    private readonly List<Channel<ShownEvent>> _pages = [];
    private long _number;

    public void OnRecorded(RecordedEvent recorded)
    {
        lock (_gate)
        {
            var shown = new ShownEvent(++_number, recorded.Name, recorded.GroupId, recorded.Properties ?? recorded.Traits);
            _last.Enqueue(shown);
            if (_last.Count > Kept)
            {
                _last.Dequeue();
            }

            foreach (var page in _pages)
            {
                page.Writer.TryWrite(shown);
            }
        }
    }

    /// <summary>Returns the last events, and then each one as it is recorded, until the page is closed.</summary>
    public async IAsyncEnumerable<ShownEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var page = Channel.CreateBounded<ShownEvent>(new BoundedChannelOptions(100) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_gate)
        {
            foreach (var shown in _last)
            {
                page.Writer.TryWrite(shown);
            }

            _pages.Add(page);
        }

        try
        {
            await foreach (var shown in page.Reader.ReadAllAsync(cancellationToken))
            {
                yield return shown;
            }
        }
        finally
        {
            lock (_gate)
            {
                _pages.Remove(page);
            }
        }
    }
}
