using System.Diagnostics;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A host in a process of its own, to be killed.</summary>
internal sealed class CrasherProcess : IDisposable
{
    private readonly Process _process;

    private CrasherProcess(Process process) => _process = process;

    /// <summary>Starts a host that signs up so many users. The settings are the package's.</summary>
    public static CrasherProcess Start(int signUps, params IEnumerable<(string Key, string Value)> settings) => Start(signUps, settings, []);

    /// <summary>As the other, with environment variables of its own.</summary>
    public static CrasherProcess Start(int signUps, IEnumerable<(string Key, string Value)> settings, IEnumerable<(string Name, string Value)> environment)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Intilery.AspNetCore.Crasher" + (OperatingSystem.IsWindows() ? ".exe" : string.Empty));
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };

        // It does not live long enough to gain from measuring itself.
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        start.ArgumentList.Add($"--SignUps={signUps}");
        foreach (var (key, value) in settings)
        {
            start.ArgumentList.Add($"--Intilery:{key}={value}");
        }

        return new CrasherProcess(Process.Start(start)!);
    }

    /// <summary>Returns the next users whose events it has recorded.</summary>
    public async Task<IReadOnlyList<string>> RecordedAsync(int count)
    {
        var users = new List<string>();
        while (users.Count < count)
        {
            users.Add(await ReadLineAsync() ?? throw new InvalidOperationException(await _process.StandardError.ReadToEndAsync()));
        }

        return users;
    }

    /// <summary>
    /// Kills the process when it has recorded the events of so many users, or at once for none, and returns all of those that it
    /// had recorded by then.
    /// </summary>
    public async Task<IReadOnlyList<string>> KillAfterAsync(int recorded)
    {
        var users = new List<string>();
        while (users.Count < recorded && await ReadLineAsync() is { } user)
        {
            users.Add(user);
        }

        if (_process.HasExited)
        {
            Assert.Fail(await _process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        }

        _process.Kill();
        while (await ReadLineAsync() is { } user)
        {
            users.Add(user);
        }

        // Its locks are given back when it is gone, which may be later than its last line.
        await _process.WaitForExitAsync();
        return users;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private async Task<string?> ReadLineAsync() =>
        await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience.Limit);
}
