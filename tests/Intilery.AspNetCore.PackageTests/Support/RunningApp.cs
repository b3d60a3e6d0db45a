using System.Diagnostics;
using System.Text;
using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.PackageTests.Support;

/// <summary>A built application, running in a process of its own on a free loopback port.</summary>
public sealed class RunningApp : IAsyncDisposable
{
    private const string Listening = "Now listening on: ";

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<string> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RunningApp(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.Exited += (_, _) => _address.TrySetException(new InvalidOperationException("The application ended."));
        _process.Start();
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public static async Task<RunningApp> StartAsync(string folder, string assembly, IReadOnlyDictionary<string, string> environment)
    {
        var start = Dotnet.StartInfo("dotnet", folder, assembly, "--urls", "http://127.0.0.1:0");
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var app = new RunningApp(start);
        try
        {
            await app._address.Task.WaitAsync(Patience.Limit);
            return app;
        }
        catch (Exception exception)
        {
            await app.DisposeAsync();
            throw new InvalidOperationException($"The application did not start:\n{app.Output}", exception);
        }
    }

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public TestBrowser OpenBrowser() =>
        new(new HttpClient(new CookieJar(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false })) { BaseAddress = new Uri(_address.Task.Result) });

    /// <summary>Asks the process to end, as a service manager does, and waits until it has.</summary>
    public async Task StopAsync()
    {
        using var timeout = new CancellationTokenSource(Patience.Limit);
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await kill.WaitForExitAsync(timeout.Token);
        await _process.WaitForExitAsync(timeout.Token);
        Assert.True(_process.ExitCode == 0, $"The application ended with {_process.ExitCode}:\n{Output}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Read(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }

        if (line?.IndexOf(Listening, StringComparison.Ordinal) is { } at and >= 0)
        {
            _address.TrySetResult(line[(at + Listening.Length)..].Trim());
        }
    }
}
