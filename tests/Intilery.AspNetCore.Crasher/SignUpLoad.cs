using System.Globalization;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Crasher;

/// <summary>Requests in parallel, each of which commits a user, announces that, and settles at its end.</summary>
internal sealed class SignUpLoad(IScopeCommitter committer, IOptionsMonitor<IntileryOptions> options, TimeProvider time)
{
    private const int Parallel = 8;

    private int _started;

    /// <summary>Signs up so many users, and writes each one's id once its events are recorded.</summary>
    public Task RunAsync(int count, TextWriter acknowledged) => Task.WhenAll(Enumerable.Range(0, Parallel).Select(_ => Task.Run(async () =>
    {
        while (Interlocked.Increment(ref _started) is var number && number <= count)
        {
            var userId = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{Guid.NewGuid():N}");
            await SignUpAsync(userId).ConfigureAwait(false);
            acknowledged.WriteLine(userId);
        }
    })));

    // The commit time-out is long: what has settled is recorded.
    private async Task SignUpAsync(string userId)
    {
        var scope = new ScopeContext { Id = userId, Destination = options.CurrentValue.Destination };
        var created = new UserCreated
        {
            Key = userId,
            UserId = userId,
            At = time.GetUtcNow(),
            Profile = new Profile { Username = userId, Email = userId + "@example.com" },
        };
        var intent = committer.Announce(scope, created);
        await committer.CommitAsync(scope, [new ScopeFact(created, intent)], CancellationToken.None).ConfigureAwait(false);
    }
}
