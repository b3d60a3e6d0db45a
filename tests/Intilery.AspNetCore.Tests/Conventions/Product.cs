using System.Reflection;
using System.Runtime.CompilerServices;
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Conventions;

/// <summary>The package's own assembly and source, as the conventions look at them.</summary>
internal static class Product
{
    public const string Root = "Intilery.AspNetCore";

    /// <summary>The rooms, which are internal, and their folders.</summary>
    public static readonly string[] Rooms =
        ["Backfill", "Browser", "Capture", "Commands", "Compose", "Dashboard", "Delivery", "Diagnostics", "Events", "Hosting", "Outbox", "Scopes", "Trials"];

    public static Assembly Assembly => typeof(IntileryOptions).Assembly;

    /// <summary>Gets the types that somebody wrote.</summary>
    public static IReadOnlyList<Type> Types { get; } = [.. Assembly.GetTypes().Where(IsWritten)];

    /// <summary>Gets the folder of the package's source.</summary>
    public static string SourceFolder { get; } = Path.Combine(Repository.Root, "src", Root);

    /// <summary>Returns the source files, relative to their folder, without what a build makes or what applications compile.</summary>
    public static IEnumerable<string> SourceFiles() => FilesBelow(SourceFolder).Where(path => path.Split('/')[0] is not "build");

    /// <summary>Returns the C# files below a folder that somebody wrote, relative to it.</summary>
    public static IEnumerable<string> FilesBelow(string folder) =>
        Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(name => name is "bin" or "obj" or "node_modules"))
            .Order(StringComparer.Ordinal);

    /// <summary>Returns the room that a type belongs to; <see langword="null"/> for the package's root.</summary>
    public static string? RoomOf(Type type)
    {
        var space = type.Namespace ?? string.Empty;
        return Rooms.FirstOrDefault(room => space == $"{Root}.{room}" || space.StartsWith($"{Root}.{room}.", StringComparison.Ordinal));
    }

    private static bool IsWritten(Type type)
    {
        for (var t = type; t is not null; t = t.DeclaringType)
        {
            if (t.IsDefined(typeof(CompilerGeneratedAttribute), false) || t.Name.Contains('<', StringComparison.Ordinal))
            {
                return false;
            }
        }

        // A source generator's helpers have a namespace of their own, or are nested in what was written.
        return type.Namespace?.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal) != true
            && type.Namespace?.StartsWith("System.", StringComparison.Ordinal) != true
            && !type.Name.StartsWith("__", StringComparison.Ordinal);
    }
}
