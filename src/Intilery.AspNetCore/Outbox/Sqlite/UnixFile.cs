using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Intilery.AspNetCore.Outbox.Sqlite;

/// <summary>
/// What .NET's own files do not do on Unix: open a path without following a symbolic link at its end, which could lead to any file,
/// and lock it whatever DOTNET_SYSTEM_IO_DISABLEFILELOCKING is. The lock is the one that .NET takes where that is not set.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal static class UnixFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // <errno.h>; the same on every Unix, but for the last.
    private const int NoEntry = 2;
    private const int Interrupted = 4;
    private const int NoAccess = 13;

    // <sys/file.h>; the same on every Unix.
    private const int LockExclusively = 2;
    private const int DoNotWait = 4;
    private const int Unlocked = 8;

    private const int ReadWrite = 2;

    private static int WouldBlock => OperatingSystem.IsLinux() ? 11 : 35;

    // <fcntl.h>: the same on every Linux but for those that were ported first, and on macOS and the BSDs.
    private static int NoFollow => !OperatingSystem.IsLinux() ? 0x100
        : RuntimeInformation.ProcessArchitecture is Architecture.Arm
            or Architecture.Armv6
            or Architecture.Arm64
            or Architecture.Ppc64le ? 0x8000
        : 0x20000;

    private static int CloseOnExec => OperatingSystem.IsLinux() ? 0x80000 : OperatingSystem.IsFreeBSD() ? 0x100000 : 0x1000000;

    /// <summary>Opens the file that is at the path itself; <see langword="null"/> if there is none.</summary>
    /// <exception cref="IOException">It is a symbolic link, or it cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not ours to open.</exception>
    public static SafeFileHandle? OpenExisting(string path)
    {
        while (true)
        {
            var handle = Open(Encoding.UTF8.GetBytes(path + '\0'), ReadWrite | NoFollow | CloseOnExec);
            if (!handle.IsInvalid)
            {
                return handle;
            }

            var error = Marshal.GetLastPInvokeError();
            handle.Dispose();
            if (error == NoEntry)
            {
                return null;
            }

            if (error != Interrupted)
            {
                throw Failed(path, error);
            }
        }
    }

    /// <summary>Opens the file that is at the path itself, and makes it, for its owner only, if there is none.</summary>
    /// <inheritdoc cref="OpenExisting" path="/exception"/>
    public static SafeFileHandle OpenOrCreate(string path)
    {
        while (true)
        {
            if (OpenExisting(path) is { } handle)
            {
                return handle;
            }

            try
            {
                // Exclusively, which does not follow a link either.
                new FileStream(
                    path,
                    new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite, UnixCreateMode = OwnerOnly }).Dispose();
            }
            catch (IOException) when (Path.Exists(path))
            {
                // Another process was first.
            }
        }
    }

    /// <summary>
    /// Locks the file for as long as the handle is open. Returns <see langword="false"/> if another handle has it locked.
    /// </summary>
    /// <exception cref="IOException">The file system has no locks.</exception>
    public static bool TryLock(SafeFileHandle handle, string path)
    {
        while (Flock(handle, LockExclusively | DoNotWait) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error == WouldBlock)
            {
                return false;
            }

            if (error != Interrupted)
            {
                throw Failed(path, error);
            }
        }

        return true;
    }

    /// <summary>
    /// Unlocks the file. To close the handle is not enough: a process that is being started has a copy of it for an instant, and with it
    /// the lock.
    /// </summary>
    public static void Unlock(SafeFileHandle handle) => _ = Flock(handle, Unlocked);

    private static Exception Failed(string path, int error)
    {
        if (new FileInfo(path).LinkTarget is not null)
        {
            return OutboxFile.IsLink(path);
        }

        var message = $"{path}: {Marshal.GetPInvokeErrorMessage(error)}";
        return error == NoAccess ? new UnauthorizedAccessException(message) : new IOException(message);
    }

    // Variadic in C; without a mode there is nothing that would have to be passed as such.
    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern SafeFileHandle Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static extern int Flock(SafeFileHandle handle, int operation);
}
