using System.Security.Cryptography;
using System.Text;

namespace Intilery.AspNetCore.Outbox.Sqlite;

/// <summary>The folders that the embedded outbox may be in, and the check whether one can be used.</summary>
internal static class OutboxFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>
    /// A folder of this instance alone, for when the content root is read-only or shared. Named by the content root, so that the
    /// same application finds it again; <see langword="null"/> where the machine has no such place.
    /// </summary>
    public static string? InstanceLocal(string contentRoot)
    {
        var local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(contentRoot)).AsSpan(0, 8));
        return local.Length == 0 ? null : Path.Combine(local, "intilery", name);
    }

    /// <summary>Returns the folders that the outbox may be in: the configured one alone, else the defaults in their order.</summary>
    public static IReadOnlyList<string> Candidates(IntileryOutboxOptions options, string contentRoot) => options.Path is { } path
        ? [Path.GetFullPath(path, contentRoot)]
        : [.. ((string?[])[Path.Combine(contentRoot, "App_Data", "intilery"), InstanceLocal(contentRoot)]).OfType<string>()];

    /// <summary>Makes the folder, for its owner only, and tries it. Returns what is wrong with it, or <see langword="null"/>.</summary>
    public static string? Fault(string folder)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                Directory.CreateDirectory(folder, OwnerOnly);
            }

            if (IsShared(folder))
            {
                return "it is on a network share, where SQLite's locks are not reliable";
            }

            using var probe = new FileStream(
                Path.Combine(folder, $".probe-{Guid.NewGuid():N}"),
                FileMode.CreateNew,
                FileAccess.Write,
                FileShare.None,
                1,
                FileOptions.DeleteOnClose);
            return null;
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            return exception.Message;
        }
    }

    /// <summary>
    /// Whether others than the owner may write to the folder, and so take the events' files away. It is used all the same: volumes of
    /// containers come like that.
    /// </summary>
    public static bool IsOpenToOthers(string folder) =>
        !OperatingSystem.IsWindows() && (File.GetUnixFileMode(folder) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0;

    // App Service mounts the content root from a share on every platform, and on Windows it does not look like one.
    private static bool IsShared(string folder)
    {
        var home = Environment.GetEnvironmentVariable("HOME");
        return new DriveInfo(folder).DriveType == DriveType.Network
            || folder.StartsWith(@"\\", StringComparison.Ordinal)
            || (Environment.GetEnvironmentVariable("WEBSITE_INSTANCE_ID") is not null
                && home is { Length: > 0 }
                && folder.StartsWith(home, StringComparison.OrdinalIgnoreCase));
    }
}
