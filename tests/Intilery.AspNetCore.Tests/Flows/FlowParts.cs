using System.Collections.Concurrent;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>What an application of the matrix and its rows share.</summary>
internal sealed record FlowParts(string ConnectionString)
{
    public LogLines Log { get; } = new();

    // Later than today: a browser keeps no cookie that has expired by its own clock.
    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2036, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public FakeOAuth Provider { get; } = new();

    public RecordingInterceptor Interceptor { get; } = new();

    public ConcurrentDictionary<string, Func<HttpContext, Task>> Work { get; } = new();
}
