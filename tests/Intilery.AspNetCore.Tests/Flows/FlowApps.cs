using System.Collections.Concurrent;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>The running applications of one registration, each started when its first row comes.</summary>
public sealed class FlowApps : IAsyncDisposable
{
    private readonly ConcurrentDictionary<(FlowHost, Registration), Task<FlowApp>> _apps = new();

    internal Task<FlowApp> GetAsync(FlowHost host, Registration registration) =>
        _apps.GetOrAdd((host, registration), static key => FlowApp.StartAsync(key.Item1, key.Item2));

    public async ValueTask DisposeAsync()
    {
        foreach (var app in _apps.Values)
        {
            await (await app).DisposeAsync();
        }
    }
}
