using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A sample as a process of its own, in Production, that can be killed.</summary>
internal sealed partial class SampleProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<string> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SampleProcess(Process process) => _process = process;

    /// <summary>Starts Quickstart in a folder that holds its database and its outbox, delivering to a port of this machine.</summary>
    public static Task<SampleProcess> StartQuickstartAsync(ScratchFolder folder, int apiPort, params (string Name, string Value)[] settings) =>
        StartAsync("Quickstart", folder, apiPort, new(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value)))
        {
            ["ConnectionStrings__Default"] = $"Data Source={folder.Combine("app.db")}",
            ["Intilery__Outbox__Path"] = folder.Combine("outbox"),
        });

    /// <summary>Starts TeamsApp in a folder that holds its database, delivering to a port of this machine.</summary>
    public static Task<SampleProcess> StartTeamsAppAsync(ScratchFolder folder, int apiPort, params (string Name, string Value)[] settings) => StartAsync(
        "TeamsApp",
        folder,
        apiPort,
        TeamsAppSettings(folder).Concat(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value))).ToDictionary());

    /// <summary>Runs a command of TeamsApp to its end, on the database in a folder. Returns the exit code and the standard output.</summary>
    public static async Task<(int ExitCode, string Output)> RunTeamsAppAsync(ScratchFolder folder, int apiPort, params string[] arguments)
    {
        var start = StartInfo("TeamsApp", folder, apiPort, TeamsAppSettings(folder));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(Patience.Limit);
        Assert.DoesNotContain("Executed DbCommand", await error, StringComparison.Ordinal);
        return (process.ExitCode, await output);
    }

    /// <summary>Starts a command of TeamsApp, which the test ends.</summary>
    public static SampleProcess StartTeamsAppCommand(ScratchFolder folder, int apiPort, params string[] arguments)
    {
        var start = StartInfo("TeamsApp", folder, apiPort, TeamsAppSettings(folder));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var process = new SampleProcess(new Process { StartInfo = start });
        process.Start();
        return process;
    }

    /// <summary>Sends a signal, as the terminal does for Ctrl-C, and returns the exit code and what the process wrote.</summary>
    public async Task<(int ExitCode, string Output)> EndAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        await _process.WaitForExitAsync().WaitAsync(Patience.Limit);
        return (_process.ExitCode, Output());
    }

    private static Dictionary<string, string> TeamsAppSettings(ScratchFolder folder) => new()
    {
        ["ConnectionStrings__Teams"] = $"Data Source={folder.Combine("teams.db")}",
        ["Intilery__Tenant__ClaimType"] = "tenant_id",
    };

    private static async Task<SampleProcess> StartAsync(string sample, ScratchFolder folder, int apiPort, Dictionary<string, string> settings)
    {
        var process = new SampleProcess(new Process { StartInfo = StartInfo(sample, folder, apiPort, settings), EnableRaisingEvents = true });
        await process.StartAsync();
        return process;
    }

    private static ProcessStartInfo StartInfo(string sample, ScratchFolder folder, int apiPort, Dictionary<string, string> settings)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            ArgumentList = { "exec", Path.Combine(AppContext.BaseDirectory, sample + ".dll") },
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Production",
                ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
                ["Logging__LogLevel__Microsoft.Hosting.Lifetime"] = "Information",
                ["Intilery__ClientId"] = TrackingApi.ClientId,
                ["Intilery__AuthToken"] = TrackingApi.Token,
                ["Intilery__BaseAddress"] = $"http://127.0.0.1:{apiPort}",

                // What a response has announced is on the disk, and not in a memory that is killed, however busy the machine is.
                ["Intilery__Outbox__CommitTimeout"] = "00:01:00",
            },
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    public async Task<TestBrowser> OpenBrowserAsync() =>
        new(new HttpClient(new CookieJar(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false })) { BaseAddress = new Uri(await _address.Task) });

    /// <summary>Ends the process as a power switch does: SIGKILL, nothing of it runs any more.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks the process to stop, by SIGTERM, and returns how long that took and what it wrote.</summary>
    public async Task<(TimeSpan Duration, string Output)> StopAsync()
    {
        var started = Stopwatch.GetTimestamp();
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        await _process.WaitForExitAsync().WaitAsync(Patience.Limit);
        return (Stopwatch.GetElapsedTime(started), Output());
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    [GeneratedRegex(@"Now listening on: (\S+)")]
    private static partial Regex Listening();

    private async Task StartAsync()
    {
        Start();
        await _address.Task.WaitAsync(Patience.Limit);
    }

    private void Start()
    {
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.Exited += (_, _) => _address.TrySetException(new InvalidOperationException($"The sample ended: {Output()}"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Read(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }

        if (line is not null && Listening().Match(line) is { Success: true } match)
        {
            _address.TrySetResult(match.Groups[1].Value);
        }
    }

    private string Output()
    {
        lock (_output)
        {
            return _output.ToString();
        }
    }
}
