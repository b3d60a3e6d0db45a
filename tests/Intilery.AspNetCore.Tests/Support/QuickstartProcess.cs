using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>The Quickstart sample as a process of its own, that can be killed.</summary>
internal sealed partial class QuickstartProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<string> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private QuickstartProcess(Process process) => _process = process;

    /// <summary>Starts the sample in a folder that holds its database and its outbox, delivering to a port of this machine.</summary>
    public static async Task<QuickstartProcess> StartAsync(ScratchFolder folder, int apiPort)
    {
        var sample = Path.Combine(AppContext.BaseDirectory, "Quickstart.dll");
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            ArgumentList = { "exec", sample },
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["ASPNETCORE_ENVIRONMENT"] = "Production",
                ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
                ["ConnectionStrings__Default"] = $"Data Source={folder.Combine("app.db")}",
                ["Intilery__ClientId"] = TrackingApi.ClientId,
                ["Intilery__AuthToken"] = TrackingApi.Token,
                ["Intilery__BaseAddress"] = $"http://127.0.0.1:{apiPort}",
                ["Intilery__Outbox__Path"] = folder.Combine("outbox"),
            },
        };
        var process = new QuickstartProcess(new Process { StartInfo = start, EnableRaisingEvents = true });
        await process.StartAsync();
        return process;
    }

    public async Task<Browser> OpenBrowserAsync() =>
        new(new HttpClient(new CookieJar(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false })) { BaseAddress = new Uri(await _address.Task) });

    /// <summary>Ends the process as a power switch does: SIGKILL, nothing of it runs any more.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
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
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.Exited += (_, _) => _address.TrySetException(new InvalidOperationException($"The sample ended: {Output()}"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await _address.Task.WaitAsync(TimeSpan.FromSeconds(60));
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
