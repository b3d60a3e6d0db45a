using Intilery.AspNetCore;
using Intilery.AspNetCore.Commands;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.Hosting;

/// <summary>Gives an application the commands of Intilery's lifecycle tracking.</summary>
public static class IntileryHostExtensions
{
    /// <summary>
    /// Runs the command <c>intilery samples</c>, if that is what the application was started with: it sends one labelled sample of
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
    /// The exit code: 0 if Intilery accepted all of them, else 1, also if the section <c>Intilery</c> is not valid; <see langword="null"/> if the arguments are no command of
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
        if (args is not [_, "samples"])
        {
            await printer.WriteLineAsync($"There is no command '{string.Join(' ', args)}'. There is: intilery samples").ConfigureAwait(false);
            return 1;
        }

        var samples = host.Services.GetService<SampleCommand>() ?? throw new InvalidOperationException(
            "Unable to find the services of Intilery lifecycle tracking. Call 'builder.Services.AddIntilery()' where services are registered.");
        try
        {
            return await samples.RunAsync(printer, cancellationToken).ConfigureAwait(false) ? 0 : 1;
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
}
