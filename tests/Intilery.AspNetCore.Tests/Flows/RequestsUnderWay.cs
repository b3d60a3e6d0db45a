using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>Knows when the server is done with every request, its last callbacks included: a client has its answer earlier.</summary>
internal sealed class RequestsUnderWay : IObserver<KeyValuePair<string, object?>>, IDisposable
{
    private const string Begun = "Microsoft.AspNetCore.Hosting.BeginRequest";
    private const string Ended = "Microsoft.AspNetCore.Hosting.EndRequest";
    private const string Failed = "Microsoft.AspNetCore.Hosting.UnhandledException";

    private readonly Lock _gate = new();
    private readonly IDisposable _subscription;
    private TaskCompletionSource _none = Done();
    private int _underWay;

    public RequestsUnderWay(IServiceProvider services) =>
        _subscription = services.GetRequiredService<DiagnosticListener>().Subscribe(this, name => name is Begun or Ended or Failed);

    /// <summary>Completes when no request is under way.</summary>
    public Task NoneAsync()
    {
        lock (_gate)
        {
            return _none.Task;
        }
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        lock (_gate)
        {
            _underWay += value.Key == Begun ? 1 : -1;
            if (_underWay == 0)
            {
                _none.SetResult();
            }
            else if (_none.Task.IsCompleted)
            {
                _none = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    public void Dispose() => _subscription.Dispose();

    private static TaskCompletionSource Done()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }
}
