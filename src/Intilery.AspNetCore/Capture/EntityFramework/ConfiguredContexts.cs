namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>
/// Counts the options of contexts that were configured on this thread: who resolves options and finds that none were configured knows
/// that they had been made before.
/// </summary>
internal static class ConfiguredContexts
{
    // Of all applications in the process: what is compared is the count before and after a call on one thread.
    [ThreadStatic]
    private static int _count;

    public static int Count => _count;

    public static void Add() => _count++;
}
