using System.Diagnostics;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>A node of an application in a process of its own.</summary>
internal sealed class NodeProcess : IDisposable
{
    private readonly Process _process;

    private NodeProcess(Process process) => _process = process;

    /// <summary>Starts a node, and returns when it is up.</summary>
    /// <param name="database">The connection string.</param>
    /// <param name="keys">"string" or "int"; "embedded" for string keys and an outbox in a file.</param>
    /// <param name="api">Where it delivers.</param>
    /// <param name="load">How many requests sign users up at once, for as long as it lives.</param>
    /// <param name="delivers">Whether it delivers, or only records.</param>
    /// <param name="requestTimeout">How many seconds an answer may take; the lease is three times as long, and is waited for in real time.</param>
    /// <param name="spillPath">Where it saves what it cannot write.</param>
    /// <param name="outboxPath">Where an embedded outbox is.</param>
    /// <param name="isNext">Whether it is of the next version of the package, whose outbox is of a newer format.</param>
    public static async Task<NodeProcess> StartAsync(
        string database, string keys, TrackingApi api, int load = 0, bool delivers = true, int requestTimeout = 2, string? spillPath = null, string? outboxPath = null,
        bool isNext = false)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, isNext ? "next" : string.Empty, "Intilery.AspNetCore.Node"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])
            [
                $"--Database={database}",
                $"--Keys={keys}",
                $"--Load={load}",
                $"--Intilery:ClientId={TrackingApi.ClientId}",
                $"--Intilery:AuthToken={TrackingApi.Token}",
                $"--Intilery:BaseAddress={api.BaseAddress}",
                $"--Intilery:Delivery:Enabled={delivers}",
                $"--Intilery:Delivery:RequestTimeout={TimeSpan.FromSeconds(requestTimeout)}",
                .. outboxPath is null ? Array.Empty<string>() : [$"--Intilery:Outbox:Path={outboxPath}", "--Intilery:Outbox:CommitTimeout=00:00:30"],
                .. spillPath is null ? Array.Empty<string>() : [$"--Intilery:Outbox:SpillPath={spillPath}"],
            ])
        {
            start.ArgumentList.Add(argument);
        }

        var node = new NodeProcess(Process.Start(start)!);
        if (await node.ReadLineAsync() != "started")
        {
            Assert.Fail(await node._process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        }

        return node;
    }

    /// <summary>Returns after so many sign-ups, with how each of them ended.</summary>
    public async Task<IReadOnlyList<string>> WorkAsync(int signUps)
    {
        var lines = new List<string>(signUps);
        for (var i = 0; i < signUps; i++)
        {
            lines.Add(await ReadLineAsync() ?? throw new InvalidOperationException("The node has ended."));
        }

        return lines;
    }

    /// <summary>Returns the lines of the sign-ups that nobody has read yet, once the process has ended.</summary>
    public async Task<IReadOnlyList<string>> RestAsync() =>
        (await _process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(Patience.Limit)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Ends the process at once, wherever it is: SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Sends it STOP, CONT or TERM.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Stops it where it is, and returns when it has stopped.</summary>
    public async Task FreezeAsync()
    {
        await SignalAsync("STOP");
        for (var state = string.Empty; !state.StartsWith('T');)
        {
            using var look = Process.Start(new ProcessStartInfo("ps", ["-o", "state=", "-p", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true })!;
            state = await look.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await look.WaitForExitAsync();
            Assert.Equal(0, look.ExitCode);
        }
    }

    /// <summary>Asks the process to end, and waits until it has.</summary>
    public async Task TerminateAsync()
    {
        await SignalAsync("TERM");
        await ExitAsync();
    }

    /// <summary>Waits for the graceful end of the process.</summary>
    public async Task ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience.Limit);
        Assert.Equal(0, _process.ExitCode);
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
