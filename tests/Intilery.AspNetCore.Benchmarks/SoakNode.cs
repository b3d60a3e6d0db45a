using System.Diagnostics;
using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>One of the nodes of a soak, in a process of its own.</summary>
internal sealed class SoakNode : IDisposable
{
    private readonly Process _process;

    // Asked for beside restarts, when the process may be disposed.
    private readonly int _id;

    private SoakNode(Process process, string address) => (_process, _id, Address) = (process, process.Id, address);

    public string Address { get; }

    /// <summary>Gets how many bytes of memory the process has; 0 if it has ended.</summary>
    public long Rss => Read(() => long.Parse(File.ReadAllText($"/proc/{_id}/statm").Split(' ')[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize);

    /// <summary>Gets how many handles the process has open; 0 if it has ended.</summary>
    public int Handles => (int)Read(() => Directory.GetFiles($"/proc/{_id}/fd").Length);

    public static async Task<SoakNode> StartAsync(string database, string api)
    {
        var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["soak-node", database, api]) { RedirectStandardOutput = true })!;
        return new SoakNode(process, await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The node did not start."));
    }

    /// <summary>What the process of a node does: <see cref="StartAsync"/> is its other end.</summary>
    public static async Task RunAsync(string database, string api)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Intilery:ClientId"] = "acme",
            ["Intilery:AuthToken"] = "soak",
            ["Intilery:BaseAddress"] = api,
            ["Intilery:Delivery:RequestTimeout"] = "00:00:02",
        });
        builder.Services.AddDbContext<BenchmarkDb>(options => options.UseNpgsql(database));
        builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie();
        builder.Services.AddIntilery().UseEntityFrameworkOutbox<BenchmarkDb>();
        await using var app = builder.Build();
        app.UseIntileryLifecycleTracking();
        app.UseAuthentication();
        app.MapPost("/sign-in", (HttpContext context, string user) => context.SignInAsync(new ClaimsPrincipal(new ClaimsIdentity(
            [new Claim(ClaimTypes.NameIdentifier, user), new Claim(ClaimTypes.Name, user)], CookieAuthenticationDefaults.AuthenticationScheme))));
        await app.StartAsync();
        await Console.Out.WriteLineAsync(app.Urls.Single());
        await Console.Out.FlushAsync();
        await app.WaitForShutdownAsync();
    }

    /// <summary>Sends it STOP, CONT, TERM or KILL.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Sends it TERM or KILL, and waits for its end.</summary>
    public async Task EndAsync(string signal)
    {
        await SignalAsync(signal);
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static long Read(Func<long> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
