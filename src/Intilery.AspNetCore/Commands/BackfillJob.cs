using System.Text.Json;
using Intilery.AspNetCore.Hosting;

namespace Intilery.AspNetCore.Commands;

/// <summary>
/// A backfill that another process's command has asked the owner of an embedded outbox for. It runs beside the application, and ends with
/// it.
/// </summary>
internal sealed class BackfillJob(IIntileryBackfill backfill) : IBackgroundLoop, IDisposable
{
    /// <summary>The request for how far it is.</summary>
    public const string Look = "backfill look";

    /// <summary>The request to stop.</summary>
    public const string Stop = "backfill stop";

    /// <summary>The exit code of an answer that is only how far it is.</summary>
    public const int Running = -1;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _asked = new(0);
    private CancellationTokenSource? _stopping;
    private IntileryBackfillRequest? _request;
    private volatile IntileryBackfillProgress? _progress;
    private CommandAnswer? _answer;

    public string Activity => "sending existing customers";

    /// <summary>Starts it, and returns its progress. A refused command sees that at its next poll.</summary>
    public CommandAnswer Begin(IntileryBackfillRequest request)
    {
        lock (_gate)
        {
            if (_request is not null)
            {
                return CommandAnswer.Failed("Another backfill runs already.");
            }

            (_request, _progress, _answer) = (request, null, null);
        }

        _asked.Release();
        return Answer();
    }

    /// <summary>Returns how far it is, or what it has done.</summary>
    public CommandAnswer Answer()
    {
        lock (_gate)
        {
            return _answer ?? (_request is null
                ? CommandAnswer.Failed("No backfill runs.")
                : new CommandAnswer(Running, string.Empty, _progress is { } progress ? JsonSerializer.Serialize(progress) : string.Empty));
        }
    }

    /// <summary>Stops it after its page, and returns how far it is.</summary>
    public CommandAnswer Cancel()
    {
        lock (_gate)
        {
            _stopping?.Cancel();
        }

        return Answer();
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            await _asked.WaitAsync(stopping).ConfigureAwait(false);
            using var own = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            IntileryBackfillRequest request;
            lock (_gate)
            {
                (_stopping, request) = (own, _request!);
            }

            CommandAnswer answer;
            try
            {
                answer = BackfillCommand.Answer(
                    request, await backfill.RunAsync(request, new Steps(this), own.Token).ConfigureAwait(false));
            }
            catch (OperationCanceledException) when (own.IsCancellationRequested)
            {
                answer = CommandAnswer.Failed("Stopped. What was sent is remembered: run it again to go on.");
            }
            catch (Exception exception)
            {
                // The answer to the command, in another process.
                answer = CommandAnswer.Failed(exception);
            }

            lock (_gate)
            {
                (_stopping, _request, _answer) = (null, null, answer);
            }
        }
    }

    public void Dispose() => _asked.Dispose();

    private sealed class Steps(BackfillJob job) : IProgress<IntileryBackfillProgress>
    {
        public void Report(IntileryBackfillProgress value) => job._progress = value;
    }
}
