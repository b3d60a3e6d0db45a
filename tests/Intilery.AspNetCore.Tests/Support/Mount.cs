using System.Diagnostics;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A small disk or a read-only one at a folder, until it is disposed. Only root can make one; tests skip without.</summary>
internal sealed class Mount : IDisposable
{
    private readonly string _folder;

    private Mount(string folder) => _folder = folder;

    /// <summary>Puts an empty disk of so many KiB at the folder.</summary>
    public static Mount SmallDisk(string folder, int kibibytes)
    {
        Directory.CreateDirectory(folder);
        Assert.SkipUnless(TryRun("mount", "-t", "tmpfs", "-o", $"size={kibibytes}k", "tmpfs", folder), "Mounting a small disk needs root.");
        return new Mount(folder);
    }

    /// <summary>Makes the folder read-only for whatever is opened from now on.</summary>
    public static Mount ReadOnly(string folder)
    {
        Assert.SkipUnless(TryRun("mount", "--bind", folder, folder), "Making a folder read-only for root needs a mount.");
        var mount = new Mount(folder);
        if (!TryRun("mount", "-o", "remount,ro,bind", folder))
        {
            mount.Dispose();
            Assert.Skip("Making a folder read-only for root needs a mount.");
        }

        return mount;
    }

    /// <summary>Fills the disk to the last byte and returns what fills it.</summary>
    public string Fill()
    {
        var filler = Path.Combine(_folder, $"filler-{Guid.NewGuid():N}");
        using var stream = new FileStream(filler, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                stream.Write(new byte[4096]);
            }
        }
        catch (IOException)
        {
            return filler;
        }
    }

    // Lazily, so that a test that failed before it closed its files does not fail once more here.
    public void Dispose() => TryRun("umount", "-l", _folder);

    private static bool TryRun(string command, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
