using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.BrowserTests.Site;

/// <summary>
/// Stands in for the address that tags send to, and keeps every call, in order, by the browser that made it. A tag whose page was left before
/// it had the answer sends the call again from the next page, by the same id: that is one call.
/// </summary>
public sealed class Collector
{
    public const string Cookie = "visit";

    private readonly ConcurrentDictionary<string, Visit> _visits = new();

    public void Add(string visit, string json) => Of(visit).Add(json);

    /// <summary>Returns what the browser has sent since a position.</summary>
    public IReadOnlyList<string> Since(string visit, int position) => Of(visit).Since(position);

    /// <summary>Waits for a call of a kind after a position, and returns it with everything else sent since.</summary>
    public async Task<JsonNode> WaitAsync(string visit, int position, Func<JsonNode, bool> isIt)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(Patience.Limit);
        var calls = Of(visit);
        while (true)
        {
            var changed = calls.Changed;
            if (calls.Since(position).Select(json => JsonNode.Parse(json)!).FirstOrDefault(isIt) is { } call)
            {
                return call;
            }

            try
            {
                await changed.WaitAsync(timeout.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException("The tag did not send what was waited for, but:\n" + string.Join('\n', calls.Since(position)));
            }
        }
    }

    private Visit Of(string visit) => _visits.GetOrAdd(visit, static _ => new Visit());

    private sealed class Visit
    {
        private readonly Lock _gate = new();
        private readonly List<string> _calls = [];
        private readonly HashSet<string> _ids = [];
        private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Changed
        {
            get
            {
                lock (_gate)
                {
                    return _changed.Task;
                }
            }
        }

        public void Add(string json)
        {
            lock (_gate)
            {
                if ((string?)JsonNode.Parse(json)!["messageId"] is { } id && !_ids.Add(id))
                {
                    return;
                }

                _calls.Add(json);
                _changed.SetResult();
                _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        public IReadOnlyList<string> Since(int position)
        {
            lock (_gate)
            {
                return _calls[position..];
            }
        }
    }
}
