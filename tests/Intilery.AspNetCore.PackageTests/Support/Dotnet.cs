using System.Diagnostics;

namespace Intilery.AspNetCore.PackageTests.Support;

/// <summary>The command line, as a user types it.</summary>
public static class Dotnet
{
    private static readonly TimeSpan _timeout = TimeSpan.FromMinutes(5);

    /// <summary>Runs <c>dotnet</c> and returns what it said.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message is what it said.</exception>
    public static async Task<string> RunAsync(string folder, params string[] arguments)
    {
        var (code, output) = await TryRunAsync("dotnet", folder, arguments);
        return code == 0 ? output : throw new InvalidOperationException($"dotnet {string.Join(' ', arguments)} ended with {code}:\n{output}");
    }

    /// <summary>Runs a program and returns its exit code and what it said.</summary>
    public static async Task<(int Code, string Output)> TryRunAsync(string program, string folder, params string[] arguments)
    {
        using var process = Process.Start(StartInfo(program, folder, arguments))!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var timeout = new CancellationTokenSource(_timeout);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }

        return (process.ExitCode, await output + await errors);
    }

    /// <summary>A process with nothing inherited that would change what is tested.</summary>
    public static ProcessStartInfo StartInfo(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(IsForeign).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        // A build node that outlived the build would keep its output open.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        return start;
    }

    private static bool IsForeign(string name) =>
        name.StartsWith("Intilery", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("ASPNETCORE_", StringComparison.Ordinal)
        || name is "DOTNET_ENVIRONMENT" or "CI";
}
