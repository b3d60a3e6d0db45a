using Intilery.AspNetCore;
using Intilery.AspNetCore.Commands;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.Hosting;

/// <summary>Gives an application the commands of Intilery's lifecycle tracking.</summary>
public static class IntileryHostExtensions
{
    /// <summary>
    /// Runs a command of Intilery's, if that is what the application was started with. <c>intilery doctor</c> prints which of the ten events this
    /// application captures, and how, and checks the API, the token, the clock and the outbox; call it after the last endpoint is mapped, so
    /// that it sees their attributes. <c>intilery samples</c> sends one labelled sample of
    /// each of the ten events, at once and past the outbox, and prints what to do in Intilery's <em>Schema</em> screen, because
    /// Intilery records an event only once somebody has marked it valid there. Call it between <c>Build</c> and <c>Run</c>.
    /// </summary>
    /// <remarks>
    /// The samples are of a user and an account named <c>intilery-sample</c>, which never exist otherwise. They go to the account
    /// of the section <c>Intilery</c>, also where <see cref="IntileryOptions.CaptureOnly"/> is set.
    /// </remarks>
    /// <param name="host">The application, built and not started.</param>
    /// <param name="args">The application's arguments.</param>
    /// <param name="output">Where to print. Default: <see langword="null"/>, which is the console.</param>
    /// <param name="cancellationToken">Stops sending.</param>
    /// <returns>
    /// The exit code: 0 if every check is good or Intilery accepted all samples, else 1, also if the section <c>Intilery</c> is not valid; <see langword="null"/> if the arguments are no command of
    /// ours, and the application is to run.
    /// </returns>
    /// <exception cref="InvalidOperationException">The services are not registered; the message names the call.</exception>
    public static async Task<int?> RunIntileryCommandAsync(
        this IHost host, string[] args, TextWriter? output = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(args);
        if (args is not ["intilery", ..])
        {
            return null;
        }

        var printer = output ?? Console.Out;
        if (args is not [_, "samples" or "doctor"])
        {
            await printer.WriteLineAsync($"There is no command '{string.Join(' ', args)}'. There is: intilery doctor, intilery samples").ConfigureAwait(false);
            return 1;
        }

        if (host.Services.GetService<SampleCommand>() is null)
        {
            throw new InvalidOperationException(
                "Unable to find the services of Intilery lifecycle tracking. Call 'builder.Services.AddIntilery()' where services are registered.");
        }

        try
        {
            var isGood = args[1] == "doctor"
                ? await host.Services.GetRequiredService<Doctor>().RunAsync(printer, EndpointsOf(host), cancellationToken).ConfigureAwait(false)
                : await host.Services.GetRequiredService<SampleCommand>().RunAsync(printer, cancellationToken).ConfigureAwait(false);
            return isGood ? 0 : 1;
        }
        catch (OptionsValidationException exception)
        {
            // For whoever sits at the command line: what is wrong, and not where in our code that was found.
            foreach (var fault in exception.Failures)
            {
                await printer.WriteLineAsync(fault).ConfigureAwait(false);
            }

            return 1;
        }
    }

    // Those of an application whose pipeline is not built yet are nobody's but its own.
    private static IReadOnlyList<Endpoint> EndpointsOf(IHost host) =>
        host is IEndpointRouteBuilder routes ? [.. routes.DataSources.SelectMany(source => source.Endpoints)] : [];
}
