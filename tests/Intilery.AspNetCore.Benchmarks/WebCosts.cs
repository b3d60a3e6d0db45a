using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Claims;
using System.Text;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Benchmarks;

/// <summary>
/// What requests that make an event cost an application on Kestrel, in a process of its own, with the package and without it in turns:
/// sign-ins by a plain cookie, and users created by Identity without a password, whose hash would hide the rest. Each turn ends with the last answer
/// of the stand-in, a process of its own too. On SQLite the outbox is a file beside the database, elsewhere it is in the application's database.
/// </summary>
internal static class WebCosts
{
    private const int Pairs = 7;
    private static readonly TimeSpan _turn = TimeSpan.FromSeconds(1.5);

    public static async Task RunAsync(string path, IReadOnlyList<string> databases)
    {
        Console.WriteLine($"{path}: requests a second, the median of {Pairs} pairs of turns, and the ratio (least to most)");
        foreach (var database in databases)
        {
            await using var api = await StandIn.StartAsync("\"messageId\"");
            await using var without = await ChildProcess.StartAsync("web", database);
            await using var with = await ChildProcess.StartAsync("web", database, api.Address.AbsoluteUri);
            foreach (var connections in new[] { 1, 16, 64 })
            {
                List<(double Without, double With)> pairs = [];
                for (var pair = -1; pair < Pairs; pair++)
                {
                    var before = await LoadAsync(without.Address, path, connections);
                    var expected = api.Count;
                    var after = await LoadAsync(with.Address, path, connections);
                    if (await api.ReachAsync(expected + after) is > 0 and var missing)
                    {
                        throw new InvalidOperationException($"{missing} events are missing.");
                    }

                    // The first pair is the compiler's.
                    if (pair >= 0)
                    {
                        pairs.Add((before / _turn.TotalSeconds, after / _turn.TotalSeconds));
                    }
                }

                var ratios = pairs.Select(pair => pair.With / pair.Without).Order().ToList();
                var (plain, tracked) = (pairs.Select(pair => pair.Without).Order().ElementAt(Pairs / 2), pairs.Select(pair => pair.With).Order().ElementAt(Pairs / 2));
                Console.WriteLine(
                    $"{database,-10} {connections,3} connections   {plain,8:N0} without   {tracked,8:N0} with   {ratios[Pairs / 2]:F2} ({ratios[0]:F2} to {ratios[^1]:F2})"
                    + $"   {(1e6 / tracked - 1e6 / plain) * connections,7:N0} us more a request");
            }
        }
    }

    /// <summary>The application, as a child process.</summary>
    /// <param name="database">Its database.</param>
    /// <param name="api">Where the package sends to; <see langword="null"/> without the package.</param>
    /// <param name="folder">The outbox's folder; <see langword="null"/> for one of its own.</param>
    public static async Task ServeAsync(string database, Uri? api, string? folder)
    {
        folder ??= Directory.CreateTempSubdirectory("intilery-web-").FullName;
        var builder = ChildProcess.CreateBuilder();
        builder.Services.AddDbContext<WebDb>(options => Databases.Use(options, database, api is null ? "without" : "with"));
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie();
        builder.Services.AddIdentityCore<IdentityUser>().AddEntityFrameworkStores<WebDb>();
        if (api is not null)
        {
            builder.Configuration.AddIntilery(api, folder);
            var intilery = builder.Services.AddIntilery();
            if (database != "sqlite")
            {
                intilery.UseEntityFrameworkOutbox<WebDb>();
            }
        }

        await using var app = builder.Build();
        if (api is not null)
        {
            app.UseIntileryLifecycleTracking();
        }

        var number = 0;
        app.MapPost("/sign-in", (HttpContext context) => context.SignInAsync(new ClaimsPrincipal(new ClaimsIdentity(
            [new Claim(ClaimTypes.NameIdentifier, $"user-{Interlocked.Increment(ref number) % 10_000}"), new Claim("tenant_id", "acct_1")], "password"))));
        app.MapPost("/sign-up", async (UserManager<IdentityUser> users) =>
            (await users.CreateAsync(new IdentityUser($"user-{Interlocked.Increment(ref number)}") { Email = "peter@example.com" })).Succeeded ? Results.Ok() : Results.BadRequest());
        await Databases.CreateAsync<WebDb>(app.Services);
        await ChildProcess.RunAsync(app);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<int> LoadAsync(Uri address, string path, int connections)
    {
        var began = Stopwatch.GetTimestamp();
        var request = Encoding.ASCII.GetBytes($"POST /{path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
        return (await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(SendAsync)))).Sum();

        // Bare sockets: a client costs what the application then lacks.
        async Task<int> SendAsync()
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Parse(address.Host), address.Port);
            var (answered, answer) = (0, new byte[8192]);
            while (Stopwatch.GetElapsedTime(began) < _turn)
            {
                await socket.SendAsync(request);
                var length = 0;
                while (!answer.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
                {
                    length += await socket.ReceiveAsync(answer.AsMemory(length)) is > 0 and var read ? read : throw new IOException("The application closed the connection.");
                }

                answered += answer.AsSpan(0, length).StartsWith("HTTP/1.1 200"u8) ? 1 : throw new IOException(Encoding.ASCII.GetString(answer, 0, length));
            }

            return answered;
        }
    }
}

/// <summary>A database of users, with the outbox.</summary>
internal sealed class WebDb(DbContextOptions<WebDb> options) : IdentityDbContext<IdentityUser>(options)
{
    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.AddIntileryOutbox();
    }
}
