using System.Globalization;
using System.Runtime.InteropServices;
using Intilery.AspNetCore.Outbox.Sqlite;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Win32.SafeHandles;

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

    [Fact]
    public void A_file_that_is_given_back_is_free_even_while_a_process_that_is_being_started_has_a_copy_of_its_handle()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The copy is made of what /proc shows.");
        var path = _scratch.Combine("outbox-1.db");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var held = OutboxFile.TryTake(path);
        using var copy = CopyOf(path + ".lock");
        Assert.Null(OutboxFile.TryTake(path));

        held!.Dispose();

        using var taken = OutboxFile.TryTake(path);
        Assert.NotNull(taken);
    }

    public void Dispose() => _scratch.Dispose();

    // What a child has of its parent's handle between fork and exec.
    private static SafeFileHandle CopyOf(string path)
    {
        var descriptor = Directory.EnumerateFileSystemEntries("/proc/self/fd").First(entry => new FileInfo(entry).LinkTarget == path);
        return new SafeFileHandle(Dup(int.Parse(Path.GetFileName(descriptor), CultureInfo.InvariantCulture)), ownsHandle: true);
    }

    [DllImport("libc", EntryPoint = "dup", SetLastError = true)]
    private static extern int Dup(int descriptor);

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
