using System.Globalization;

namespace Intilery.AspNetCore.Diagnostics;

/// <summary>How many lines went unlogged before one of their kind: the end of that one, and nothing where there were none.</summary>
internal readonly record struct Unlogged(int Count)
{
    public override string ToString() => Count switch
    {
        0 => string.Empty,
        1 => " 1 earlier line like this one was left out.",
        _ => string.Create(CultureInfo.InvariantCulture, $" {Count} earlier lines like this one were left out."),
    };
}
