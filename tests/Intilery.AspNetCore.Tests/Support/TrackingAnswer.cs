using System.Net;
using Microsoft.AspNetCore.Http;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>An answer of the stand-in that a test holds back, for as long as it likes or its client waits.</summary>
public sealed class TrackingAnswer
{
    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _given = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gets the task that ends when the request is there.</summary>
    public Task Arrived => _arrived.Task;

    /// <summary>Lets the answer go.</summary>
    public void Give() => _given.SetResult();

    internal async Task HandleAsync(HttpContext context, HttpStatusCode status, string body)
    {
        _arrived.SetResult();
        await _given.Task.WaitAsync(context.RequestAborted);
        context.Response.StatusCode = (int)status;
        await context.Response.WriteAsync(body);
    }
}
