using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>This program again, as a server on loopback in a process of its own: what it costs is not counted.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;
    private long _count;

    private ChildProcess(Process process, Uri address) => (_process, Address) = (process, address);

    public Uri Address { get; }

    /// <summary>Gets the last number that the child wrote.</summary>
    public long Count => Volatile.Read(ref _count);

    public static async Task<ChildProcess> StartAsync(params string[] args)
    {
        var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, args) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var address = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"The child '{args[0]}' did not start.");
        var child = new ChildProcess(process, new Uri(address));
        _ = child.ReadAsync();
        return child;
    }

    /// <summary>Returns a builder of the child's own application on a free port, whose warnings are written to the error output.</summary>
    public static WebApplicationBuilder CreateBuilder()
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Warning).AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        return builder;
    }

    /// <summary>Runs the child's application until the parent closes the input, or ends.</summary>
    public static async Task RunAsync(WebApplication app)
    {
        await app.StartAsync();
        Console.WriteLine(app.Urls.Single());
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
    }

    /// <summary>Waits until the count is reached, or nothing has come for ten seconds; returns what is missing.</summary>
    public async Task<long> ReachAsync(long count)
    {
        for (var (last, idle) = (Count, Stopwatch.StartNew()); Count < count && idle.Elapsed < TimeSpan.FromSeconds(10); await Task.Delay(1))
        {
            if (last != Count)
            {
                last = Count;
                idle.Restart();
            }
        }

        return count - Count;
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            Volatile.Write(ref _count, long.Parse(line, CultureInfo.InvariantCulture));
        }
    }
}
