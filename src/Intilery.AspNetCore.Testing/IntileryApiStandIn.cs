using System.Net;
using System.Text.Json;

namespace Intilery.AspNetCore.Testing;

/// <summary>
/// Stands in for Intilery's tracking API within the test's process: it takes what the application delivers, and answers as the test scripts
/// it. Nothing leaves the process. Safe to use from several threads.
/// </summary>
/// <remarks>
/// Register it with <c>services.AddIntileryApiStandIn()</c>. Unlike with the recorder, events go through the outbox and delivery: what is
/// refused becomes a dead letter, what is dropped is sent again. Answers that are scripted are given in their order, one to each request;
/// all other requests are accepted.
/// </remarks>
public sealed class IntileryApiStandIn
{
    private static readonly TimeSpan _defaultTimeout = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Queue<Func<CancellationToken, Task<Answer>>> _script = new();
    private readonly List<RecordedEvent> _accepted = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _requests;

    /// <summary>Gets the calls that were accepted so far, identify calls among them, in the order of their arrival.</summary>
    public IReadOnlyList<RecordedEvent> Accepted
    {
        get
        {
            lock (_gate)
            {
                return [.. _accepted];
            }
        }
    }

    /// <summary>Gets how many requests have come so far, whatever they were answered.</summary>
    public int Requests
    {
        get
        {
            lock (_gate)
            {
                return _requests;
            }
        }
    }

    /// <summary>Refuses the next request, as the API does a call that is wrong: 400. Delivery then sends each of its calls alone.</summary>
    /// <param name="message">The API's message. Default: <c>userId must not be empty</c>.</param>
    public void RefuseNext(string message = "userId must not be empty") => AnswerNext(HttpStatusCode.BadRequest, message);

    /// <summary>Answers the next request with 429, as the API does when there are too many.</summary>
    /// <param name="retryAfter">The header <c>Retry-After</c>. Default: <see langword="null"/>, no such header.</param>
    public void LimitNext(TimeSpan? retryAfter = null) => AnswerNext(HttpStatusCode.TooManyRequests, null, retryAfter);

    /// <summary>Answers the next request with a status. One of 2xx accepts its calls.</summary>
    /// <param name="status">The status.</param>
    /// <param name="message">The message in the body. Default: <see langword="null"/>, nothing.</param>
    /// <param name="retryAfter">The header <c>Retry-After</c>. Default: <see langword="null"/>, no such header.</param>
    public void AnswerNext(HttpStatusCode status, string? message = null, TimeSpan? retryAfter = null) =>
        Script(_ => Task.FromResult(new Answer(status, message, retryAfter, IsLost: false)));

    /// <summary>Accepts the next request after a delay.</summary>
    /// <param name="delay">How long.</param>
    /// <param name="time">The clock that the delay goes by. Default: <see langword="null"/>, the system's.</param>
    public void DelayNext(TimeSpan delay, TimeProvider? time = null) => Script(async cancellationToken =>
    {
        await Task.Delay(delay, time ?? TimeProvider.System, cancellationToken).ConfigureAwait(false);
        return new Answer(HttpStatusCode.OK, null, null, IsLost: false);
    });

    /// <summary>Accepts the next request, and loses the answer: the connection breaks, and the same calls are sent again.</summary>
    public void DropNext() => Script(_ => Task.FromResult(new Answer(HttpStatusCode.OK, null, null, IsLost: true)));

    /// <summary>Waits until so many calls were accepted, identify calls among them.</summary>
    /// <param name="count">How many; at least 1.</param>
    /// <param name="timeout">How long at most. Default: 10 seconds.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>All that was accepted by then.</returns>
    /// <exception cref="IntileryAssertionException">The time is over; the message lists what was accepted.</exception>
    public async Task<IReadOnlyList<RecordedEvent>> WaitForAsync(
        int count, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        using var deadline = new CancellationTokenSource(timeout ?? _defaultTimeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_accepted.Count >= count)
                {
                    return [.. _accepted];
                }

                changed = _changed.Task;
            }

            try
            {
                await changed.WaitAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
            {
                throw new IntileryAssertionException(
                    $"Waited {timeout ?? _defaultTimeout} for {count} calls, and {Requests} requests came. {Transcript.Of(Accepted, [])}",
                    exception);
            }
        }
    }

    /// <summary>Returns a handler that leads to this stand-in.</summary>
    internal HttpMessageHandler CreateHandler() => new Handler(this);

    private void Script(Func<CancellationToken, Task<Answer>> answer)
    {
        lock (_gate)
        {
            _script.Enqueue(answer);
        }
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "{}" : await request.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        Func<CancellationToken, Task<Answer>>? scripted;
        lock (_gate)
        {
            _requests++;
            _script.TryDequeue(out scripted);
        }

        var answer = scripted is null
            ? new Answer(HttpStatusCode.OK, null, null, IsLost: false)
            : await scripted(cancellationToken).ConfigureAwait(false);
        var isAccepted = (int)answer.Status is >= 200 and < 300;
        if (isAccepted)
        {
            Accept(body);
        }

        if (answer.IsLost)
        {
            throw new HttpRequestException(HttpRequestError.ResponseEnded, "The stand-in has lost the answer.");
        }

        var response = new HttpResponseMessage(answer.Status)
        {
            RequestMessage = request,
            Content = new StringContent(
                JsonSerializer.Serialize(new { success = isAccepted, message = answer.Message }), null, "application/json"),
        };
        if (answer.RetryAfter is { } delay)
        {
            response.Headers.RetryAfter = new(delay);
        }

        return response;
    }

    private void Accept(string body)
    {
        using var json = JsonDocument.Parse(body);
        List<RecordedEvent> calls = json.RootElement.TryGetProperty("batch", out var batch)
            ? [.. batch.EnumerateArray().Select(call => new RecordedEvent(call.GetRawText()))]
            : [];
        TaskCompletionSource changed;
        lock (_gate)
        {
            _accepted.AddRange(calls);
            (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        changed.SetResult();
    }

    private sealed record Answer(HttpStatusCode Status, string? Message, TimeSpan? RetryAfter, bool IsLost);

    private sealed class Handler(IntileryApiStandIn api) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            api.AnswerAsync(request, cancellationToken);
    }
}
