namespace Intilery.AspNetCore.Tests.Support;

/// <summary>What was recorded, in the short form that most tests assert: event, user, account.</summary>
public static class RecordedLines
{
    /// <summary>Returns one line per recorded call, all of them, in order.</summary>
    public static async Task<IReadOnlyList<string>> LinesAsync(this IdentityApp app) => [.. (await app.RecordedAsync()).Select(call => call.ToString())];

    /// <summary>Returns the lines of what was recorded while something was done, and nothing from before it.</summary>
    public static async Task<IReadOnlyList<string>> LinesOfAsync(this IdentityApp app, Func<Task> work)
    {
        await app.ForgetAsync();
        await work();
        return await app.LinesAsync();
    }

    /// <summary>Returns why facts were no events, in order: <c>Signed In refresh</c>.</summary>
    public static IReadOnlyList<string> Reasons(this IdentityApp app) =>
        [.. app.Log.Ours.Where(line => line.Id == 100).Select(line => line.Message.TrimEnd('.').Replace(" was not tracked:", string.Empty, StringComparison.Ordinal))];
}
