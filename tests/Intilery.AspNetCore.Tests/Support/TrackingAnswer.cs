using System.Net;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>An answer of the stand-in that a test holds back, for as long as it likes or its client waits.</summary>
public sealed class TrackingAnswer
{
    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _given = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gets the task that ends when the request is there.</summary>
    public Task Arrived => _arrived.Task;

    /// <summary>Gets a value indicating whether the answer was let go.</summary>
    public bool IsGiven => _given.Task.IsCompleted;

    /// <summary>Lets the answer go.</summary>
    public void Give() => _given.SetResult();

    /// <summary>Lets the answer go, and returns when the last byte of it is on its way.</summary>
    public Task GiveAsync()
    {
        Give();
        return _written.Task;
    }

    // All but the end of the answer, and the end when it is given.
    internal async Task BeginAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync("""{"success":""");
        await context.Response.Body.FlushAsync();
        _arrived.TrySetResult();
        await _given.Task.WaitAsync(context.RequestAborted);
        await context.Response.WriteAsync("true}");
        await context.Response.CompleteAsync();
        _written.TrySetResult();
    }

    internal async Task HandleAsync(HttpContext context, HttpStatusCode status, string body)
    {
        _arrived.SetResult();
        await _given.Task.WaitAsync(context.RequestAborted);
        context.Response.StatusCode = (int)status;
        await context.Response.WriteAsync(body);
    }
}
