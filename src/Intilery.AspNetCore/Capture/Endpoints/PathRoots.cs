namespace Intilery.AspNetCore.Capture.Endpoints;

/// <summary>The words that paths begin with where they do not begin with an argument.</summary>
internal static class PathRoots
{
    public const string Route = "route";
    public const string Result = "result";
    public const string User = "user";
    public const string ClaimStart = "user.claim(";

    /// <summary>Gets what <see cref="User"/> has.</summary>
    public static IReadOnlyList<string> UserWords { get; } = ["id", "name", "email", "tenant", "claim(type)"];

    public static bool IsRoot(string name) =>
        Is(name, Route) || Is(name, Result) || Is(name, User);

    public static bool Is(string name, string root) => string.Equals(name, root, StringComparison.OrdinalIgnoreCase);
}
