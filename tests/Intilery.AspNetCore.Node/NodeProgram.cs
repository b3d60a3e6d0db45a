using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Node;

/// <summary>One of the processes of an application whose events wait in its own database, to be killed or frozen.</summary>
public static class NodeProgram
{
    public static async Task Main(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, EnvironmentName = "Production" });
        var connection = builder.Configuration["Database"]!;
        var load = builder.Configuration.GetValue("Load", 0);
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        if (builder.Configuration["Keys"] == "int")
        {
            builder.Services.AddDbContext<IntKeyNodeDb>(options => Use(options, connection));
            builder.Services.AddIntilery().UseEntityFrameworkOutbox<IntKeyNodeDb>();
        }
        else if (builder.Configuration["Keys"] == "embedded")
        {
            builder.Services.AddDbContext<StringKeyNodeDb>(options => Use(options, connection));
            builder.Services.AddIntilery();
        }
        else
        {
            builder.Services.AddDbContext<StringKeyNodeDb>(options => Use(options, connection));
            builder.Services.AddIntilery().UseEntityFrameworkOutbox<StringKeyNodeDb>();
        }

        await using var app = builder.Build();
        app.UseIntileryLifecycleTracking();
        app.MapPost("/sign-up", async context => await context.Response.WriteAsync(builder.Configuration["Keys"] switch
        {
            "int" => await SignUp.RunAsync(context.RequestServices.GetRequiredService<IntKeyNodeDb>(), IntKeyNodeDb.NewUser),
            "embedded" => await SignUp.SaveAsync(context.RequestServices.GetRequiredService<StringKeyNodeDb>()),
            _ => await SignUp.RunAsync(context.RequestServices.GetRequiredService<StringKeyNodeDb>(), StringKeyNodeDb.NewUser),
        }));

        // TestServer takes the place of the host's own signal handling.
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            app.Lifetime.StopApplication();
        });
        await app.StartAsync();
        await Console.Out.WriteLineAsync("started");
        await Task.WhenAll(Enumerable.Range(0, load).Select(_ => LoadAsync(app)));
        await app.WaitForShutdownAsync();
    }

    private static void Use(DbContextOptionsBuilder options, string connection)
    {
        if (connection.StartsWith("Host=", StringComparison.Ordinal))
        {
            options.UseNpgsql(connection);
        }
        else if (connection.StartsWith("server=", StringComparison.OrdinalIgnoreCase))
        {
            options.UseMySQL(connection);
        }
        else
        {
            options.UseSqlite(connection);
        }
    }

    // Until the process is killed.
    private static async Task LoadAsync(WebApplication app)
    {
        using var client = app.GetTestClient();
        while (!app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            using var response = await client.PostAsync(new Uri("/sign-up", UriKind.Relative), null);
            await Console.Out.WriteLineAsync(await response.Content.ReadAsStringAsync());
        }
    }
}
