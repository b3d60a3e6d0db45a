
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Outbox.Sqlite;

/// <summary>Which process a file belongs to, where .NET was told not to lock files.</summary>
public sealed class FileLockTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    [Fact]
    public async Task Processes_that_run_at_once_have_a_file_each_even_where_NET_locks_none()
    {
        await using var api = await TrackingApi.StartAsync();
        using var first = Start(api);
        var users = new List<string>(await first.RecordedAsync(20));
        using var second = Start(api);
        users.AddRange(await second.RecordedAsync(20));

        await api.SignedUpAsync(users.Count);

        Assert.Equal(2, Directory.GetFiles(_scratch.Combine("outbox"), "outbox-*.db").Length);
        Assert.Equal(api.Accepted.Count, api.Accepted.DistinctBy(call => call.MessageId).Count());
    }

    public void Dispose() => _scratch.Dispose();

    private CrasherProcess Start(TrackingApi api) => CrasherProcess.Start(
        20,
        [
            ("ClientId", TrackingApi.ClientId),
            ("AuthToken", TrackingApi.Token),
            ("BaseAddress", api.BaseAddress),
            ("Outbox:Path", _scratch.Combine("outbox")),
            ("Outbox:CommitTimeout", "00:01:00"),
        ],
        [("DOTNET_SYSTEM_IO_DISABLEFILELOCKING", "1")]);
}
