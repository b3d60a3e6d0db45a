using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Memory;
using Intilery.AspNetCore.Outbox.Sqlite;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Outbox;

public sealed class OutboxPlacementTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();
    private readonly TestDiagnostics _diagnostics = new(TimeProvider.System);

    [Fact]
    public void A_configured_folder_is_made_and_used_relative_to_the_content_root()
    {
        using var store = Open("data/outbox", _scratch.Path);

        Assert.IsType<SqliteOutboxStore>(store);
        Assert.StartsWith(_scratch.Combine("data", "outbox"), store.Description, StringComparison.Ordinal);
        Assert.Empty(_diagnostics.Log.All);
    }

    [Fact]
    public void A_configured_folder_that_cannot_be_used_stops_with_its_name_and_the_fault()
    {
        var impossible = Path.Combine(_scratch.RegularFile(), "outbox");

        var stopped = Assert.Throws<IOException>(() => Open(impossible, _scratch.Path));

        Assert.StartsWith($"Intilery:Outbox:Path is {impossible}, which cannot be used: ", stopped.Message, StringComparison.Ordinal);
        Assert.Empty(_diagnostics.Log.All);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_that_is_not_ours_is_set_aside_in_a_configured_folder_and_in_the_default(bool isConfigured)
    {
        var folder = _scratch.Combine("App_Data", "intilery");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "outbox-x.db"), new string('x', 5000));

        using var store = Open(isConfigured ? folder : null, _scratch.Path);

        Assert.StartsWith(folder, store.Description, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder, "set-aside-outbox-x.db")));
        Assert.Equal([320], _diagnostics.Log.All.Select(line => line.Id));
    }

    [Fact]
    public void A_folder_that_others_may_write_to_is_used_with_a_warning()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such modes.");
        var folder = _scratch.Combine("shared");
        Directory.CreateDirectory(folder);
        SetMode(folder, "777");

        using var store = Open(folder, _scratch.Path);

        Assert.StartsWith(folder, store.Description, StringComparison.Ordinal);
        var warning = Assert.Single(_diagnostics.Log.All);
        Assert.Equal((323, LogLevel.Warning), (warning.Id, warning.Level));
        Assert.Contains(folder, warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_configured_is_a_folder_of_the_application_without_a_word()
    {
        using var store = Open(null, _scratch.Path);

        Assert.StartsWith(_scratch.Combine("App_Data", "intilery"), store.Description, StringComparison.Ordinal);
        Assert.Empty(_diagnostics.Log.All);
    }

    [Fact]
    public void A_content_root_that_is_read_only_falls_back_to_this_machine_with_one_warning()
    {
        var contentRoot = _scratch.RegularFile();
        var local = OutboxFolder.InstanceLocal(contentRoot)!;
        try
        {
            using var store = Open(null, contentRoot);

            Assert.StartsWith(local, store.Description, StringComparison.Ordinal);
            var warning = Assert.Single(_diagnostics.Log.All);
            Assert.Equal((LogLevel.Warning, 304), (warning.Level, warning.Id));
            Assert.Contains($"Using {local}: waiting events survive the process, but not the loss of this machine or container.", warning.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(local, recursive: true);
        }
    }

    [Fact]
    public void No_writable_place_at_all_is_memory_with_one_warning()
    {
        var contentRoot = _scratch.RegularFile();
        var local = OutboxFolder.InstanceLocal(contentRoot)!;
        Directory.CreateDirectory(Path.GetDirectoryName(local)!);
        File.WriteAllText(local, "in the way");
        try
        {
            using var store = Open(null, contentRoot);

            Assert.IsType<MemoryOutboxStore>(store);
            var warning = Assert.Single(_diagnostics.Log.All);
            Assert.Equal((LogLevel.Warning, 304), (warning.Level, warning.Id));
            Assert.Contains($"Nor can {local} (", warning.Message, StringComparison.Ordinal);
            Assert.Contains("Using memory: waiting events survive only a graceful stop", warning.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(local);
        }
    }

    public void Dispose()
    {
        _diagnostics.Dispose();
        _scratch.Dispose();
    }

    private IOutboxStore Open(string? configured, string contentRoot) =>
        new OutboxPlacement(_diagnostics.Diagnostics, PayloadProtection.None).Open(new IntileryOutboxOptions { Path = configured }, contentRoot);

    private static void SetMode(string path, string octal)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32(octal, 8));
        }
    }
}
