using System.Threading.Channels;
using Intilery.AspNetCore.Tests.Support.Teams;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>An application's queue, whose loop whoever first touches it begins; it makes a team of each name, in a service scope of its own.</summary>
public sealed class WorkQueue(IServiceScopeFactory scopes)
{
    private readonly Channel<(string Name, TaskCompletionSource Done)> _names = Channel.CreateUnbounded<(string, TaskCompletionSource)>();
    private Task? _loop;

    /// <summary>Begins the loop, unless it runs.</summary>
    public void Touch() => _loop ??= Task.Run(RunAsync);

    /// <summary>Completes when the team is there.</summary>
    public async Task EnqueueAsync(string name)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Touch();
        await _names.Writer.WriteAsync((name, done));
        await done.Task;
    }

    private async Task RunAsync()
    {
        await foreach (var (name, done) in _names.Reader.ReadAllAsync())
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<TeamsDb>();
            db.Teams.Add(new Team { Name = name });
            await db.SaveChangesAsync();
            done.SetResult();
        }
    }
}
