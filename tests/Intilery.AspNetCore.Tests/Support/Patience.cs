namespace Intilery.AspNetCore.Tests.Support;

/// <summary>
/// How long a test waits for what must come before it fails: for no test's subject, and so long that a machine that is busy with other
/// things passes too. Waits are for a condition, and end with it.
/// </summary>
internal static class Patience
{
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
}
