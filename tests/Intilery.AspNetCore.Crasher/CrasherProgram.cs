using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Crasher;

/// <summary>
/// A host to be killed: it signs up so many users at once, says which of their events are recorded, one line each, and delivers until
/// its end. The package's settings are its arguments.
/// </summary>
internal static class CrasherProgram
{
    public static async Task Main(string[] args)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { Args = args });
        builder.Configuration.AddCommandLine(args);
        builder.Services.AddLogging(logging => logging.ClearProviders());
        builder.Services.AddIntilery();
        using var host = builder.Build();
        await host.StartAsync().ConfigureAwait(false);

        var load = ActivatorUtilities.CreateInstance<SignUpLoad>(host.Services, TimeProvider.System);
        await load.RunAsync(builder.Configuration.GetValue<int>("SignUps"), Console.Out).ConfigureAwait(false);
        await host.WaitForShutdownAsync().ConfigureAwait(false);
    }
}
